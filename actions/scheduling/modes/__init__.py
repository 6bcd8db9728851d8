"""How a visit is changed: one module per mode, each a function of a `Trip` that can be run again from any point.

    transaction   mode A: one Bundle, all or nothing
    saga          mode B: hold, book, release; every step can be repeated
    request       mode E: the desk is asked

Every run begins by looking up what an earlier run may have done. None says "done" of anything it has not read back.
"""
