"""The composition root: the command line, and how the rooms are put together into processes. Only this package imports every room."""
