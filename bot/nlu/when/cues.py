"""The words around dates that say what a date is for: the visit being moved, a wish, something ruled out, or just a story."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.nlu.when.grammar import Grammar


class Cue(Enum):
    """What the words say about the dates that follow (or stand before, for those named *_POST)."""

    REJECT = "cannot come then"
    REJECT_POST = "that one does not work"
    ACCEPT_POST = "that one works"
    INSTEAD_OF = "instead of"
    OWN = "the visit is then"
    BUSY = "has something else then"
    MOVE = "move the visit"
    TARGET = "to"
    ASK = "asks for then"
    HOPE = "was hoping for"
    CORRECT = "no, I meant"
    STORY = "tells what happened then"
    DURATION = "how long or how often"
    OTHER = "another one"
    RELATIVE_ASK = "something … earlier or later"
    VISIT = "appointment"
    MINE = "my"


@dataclass(frozen=True)
class Past:
    """A stretch of text that holds a date of the past or a duration, which is no wish."""


# Patterns of the grammar, one to a dash.
_CUES = {
    Cue.REJECT: """
- (please)? (dont | do not | never) (book | schedule | put | give | set) (me | us | him | her | mom | dad)? (down | in | up | anything)?
  (for | on)?
- (i | we | he | she)? (no can | not can | no able) (come | go | make | do | be)? (it)? (in)? (on)?
- (is | its | it is)? (no | not) possible (for me | for us)? (to come)? (on)?
- no way (i | we | he | she) can (do | make | come | be there)? (it)?
- (never mind | nvr mind | nevermind | nvm | forget | forget about | scrap | scratch)
- (dont think | doubt | not sure) (that)? (i | im | ill | i'll | we | he | she | hes | shes | it)? (can | will |
  gonna | going to | be able to | be)? (make |
  do | come | come in | be there | get there)? (it)? (in)? (to | for | on)?
- (id | i | i would | we would | shed | hed | would)? (prefer | rather | like) not (to)? (do | come | have | come in | be)? (in | on)?
- (im | i am | shes | she is | hes | he is | mom is | dad is | is | are | be) (totally | pretty | so | just | kind of)? (useless | hopeless
  | no use | worthless | a zombie | not human | not awake | not a person | never up | not up | not out of bed | still in bed | still asleep
  | barely awake)
- (hate | dislike | dont like | dont want | not a fan of | not big on | cant stand)
- (cant | wont | couldnt | dont think i can | doubt i can | not going to | not gonna | never going to | unable to | not able
  to | wont be able to | isnt able to | not be able to | can no longer | cant really | cant possibly | shouldnt | dont want
  to | i cant | cannot) (make | do | come | come in | attend | be there | get there | get in | keep | be in | make it in |
  get away | get a ride | come by | have | get off | drive)? (it | there | to | in)? (to | for | on | in)? (my | our)?
- (dont | doesnt) want (to come)? (on)?
- (have | need | got | going | gonna | want | has | needs | had | gotta | hafta) (to)? (miss | cancel | skip |
  bail on | bail | back out of | get out of |
  call off)
- (please | can you | could you)? (cancel | cancelling | canceling | skip)
- (i | we | he | she | ill | mom | dad | will) (be)? missing
- (something | smth | stuff | things) (has | have)? (came | come | coming) up (for)?
- (have | has | got | ive got) a conflict (on | with | for)?
- (leave | leaving | fly | flying | head | heading) (out | off | away)? (for | to | on)
- wont be (in town | here | around | available | there | home | able)
- (not | isnt | im not | arent) (available | free | around | in town | home)
- no longer (available | free | able to (make | do | come))
""",
    Cue.REJECT_POST: """
- (doesnt | dont | wont | didnt | does not | do not | will not | isnt going to | not going to | not gonna | isnt gonna)
  (really)? (work | suit | do | happen | fit | be possible)
- (isnt | is not | arent | are not | aint | not | wont be | isnt really | not so | not really) (really | so | going to be |
  gonna be | too)? (good | great | possible | convenient | ideal | best | doable | work | working | happening | an option |
  workable)
- (is | are | was | its | be | looks) (really | so | now | pretty | kind of | kinda)? (out | no good | bad | a no go | no go
  | full | impossible | hard | tough | difficult | tricky | terrible | booked | packed | taken | a problem | off the table |
  too early | too late | too soon | crazy | a mess)
- (no good | wont do | is a bad day | are bad days | isnt good)
- (just | really)? conflicts with
""",
    Cue.ACCEPT_POST: """
- (works | work | working | suits | would work | will work | should work | could work | might work | can work | would suit |
  will do | would do | will be | would be)
- (is | are | be | sounds | looks | would be | seems | its | was) (also | really | much | probably | always)? (good | better
  | best | fine | great | perfect | ok | okay | open | free | easier | easiest | ideal | possible | wonderful | lovely |
  preferable | preferred | alright | nice | doable)
- (good | better | best | fine | great | perfect | ok | okay | preferred | preferably | instead | please | would b | free |
  open | available | off)
""",
    Cue.INSTEAD_OF: """
- (instead | rather | in place | in lieu) of|than (my | our)?
- (rather | sooner) than (come on)? (on | my | the)
- in place of (my)?
- (works | work | is | would be | suits | suit) (much | a lot)? (better | easier | nicer) (for (me | us | him | her))? than (on | my)?
""",
    Cue.OWN: """
- (it | it is | its | it was | which is | which was) (currently | scheduled | set | booked | still | now)? (on | for | at)
- (im | i am | hes | shes | were) (on | in) for
- (i | we | he | she | mom | dad | ive | my mom | my dad | my mother | weve) (currently | already | still)? (have | has |
  got | had) (got)? ((an | my | a | the | two | both | three)?
  (appointment | visit | session | slot | therapy | pt | appointments | visits | sessions))? (scheduled | booked | set
  up | coming up | down | set | with you)? (on | for | at)?
- ive (got)? ((an | my | a | the)? (appointment | visit | session | therapy | pt))? (scheduled | booked | set up | coming up
  | down | set | with you)? (on | for | at)?
- (im | i am | hes | shes | were | mom is | dad is | moms | dads | am | he is | she is | is | is still | still | currently |
  was | i was) (already | currently | all)? (scheduled | booked | down | set | signed up | on the schedule | in the book |
  on the books) (to come | to come in)? (in)? (on | for | at)?
- (supposed | suppose | due) to (be | come | be there | be in | come in) (there | in)? (on | at)?
- (my | our | his | her | the | that | mom's | dad's | mother's | father's | husband's | wife's) (next | current | upcoming
  | regular | usual | pt | therapy | physical therapy)? (appointment | appointments | visit | session | slot | therapy | pt
  | appt) (is | was | that is | which is | thats | i have | scheduled | set | booked | thats set | currently)? (at | on |
  for)?
- (running | run | gonna be | going to be | might be | be | im) (a (little | bit | few minutes | few))? late (for | to |
  on)? (my)?
- (calling | call | texting | text | asking | question | messaging | writing)? (about | regarding | re) (my | the | our | his | her)
  (appointment | visit | session) (on | for | at)?
- (calling | call | texting | text | asking | question | messaging | writing) (about | regarding | re)
- (regarding | re)
- the (one | appointment | visit | session) (on | at | for | that's | thats)
- (about | regarding | re) (my | our | his | her | mom's | dad's)
""",
    Cue.BUSY: """
- (got | have | has | theres | there is) (a | an | some | another) (other)? (thing | meeting | conflict | appointment elsewhere | deadline)
  (on | for | at)?
- (my | the | a | an | our | his | her)? (dentist | orthodontist | cardiologist | podiatrist | dermatologist | oncologist | urologist
  | neurologist | optometrist | ophthalmologist | eye doctor | chemo | dialysis | radiation | mammogram | colonoscopy | jury duty
  | funeral | recital | haircut | bingo | bridge club | choir | rehearsal) (appointment | appt)? (is | starts)? (on | at)?
- (i | we | he | she | ill | im | hes | shes) (see | sees | meet | meets | seeing | meeting | meet with | am seeing | have to see)
  (the | my | a | our | his |
  her | dr | another) <event> (on)?
- (im | i am | hes | shes | were | be | being | gets | get | is | are | got)? (all | totally | completely | pretty | so)?
  (booked solid | slammed | swamped | jammed up | booked up | tied up | out of (town | state | the country | the office | the city)
  | on (vacation | holiday | a trip | a cruise | jury duty) | double booked | overbooked | unavailable) (on | from)?
- (gotta | have to | got to | need to | has to) (work | teach | travel | drive) (on)?
- (going | leaving | gone | be | im) (on | for) (a | my | our)? (cruise | trip | vacation | holiday)
- (i | we | he | she | ive | my mom | mom | dad | ill) (have | has | got | had)? (to | got | go to | got to)? (a | an | the
  | my | another | another other | some | to see the | to see a)? (other)? (eye | foot | heart | blood | family | work |
  dental | hair | school | board | church | big)? (doctor | doctor's | doctors | dentist | meeting | funeral | wedding |
  class | shift | mri | surgery | conflict | test | procedure | trip | flight | thing | exam | party | jury duty | company |
  conference | haircut | cardiologist | specialist | event | game | work | dr | commitment | other appointment | interview |
  eye appointment | dentist appointment | doctor appointment | doctors appointment) (on | for | at)?
- (im | i am | hes | shes | were | ill be | i will be | ive been) (working | busy | away | gone | traveling | travelling | out of
  town | on vacation | tied up | swamped | booked up | on call | at work | leaving town | flying) (on)?
- (the | my | our) (doctor | dentist | mri | surgery | funeral | wedding | meeting) is (on)?
""",
    Cue.MOVE: """
- (go | going | switch | change) back
- (delay | delaying | postpone | postponing) (it | me | that | this | things)?
- (put | hold) (it | me | that | this | things)? off
- (move | moving | change | changing | reschedule | rescheduling | switch | swap | push | bump | shift | transfer | rebook |
  trade | moved | changed | switched | swapped | pushed | bumped | shifted | rescheduled
  | transferred | switching) (it | me | us | him | them)?
""",
    Cue.TARGET: """
- (to | into | for | onto | back to | over to | up to | out to)
""",
    Cue.ASK: """
- (as | so) long as (it | that)? (is | its | thats)?
- (whichever | whatever | which ever | the one | any | one) (day | one)? (that)? (has | have | you have | is) (a | an)?
- (provided | if | assuming | so) (that)? (its | it is | thats)
- (can | could | may | might | should | would | will | do | does | did) (i | we | you | he | she | it | they | that | there
  | mom | dad | u | my mom) (be able to)? (please | maybe | possibly | just)? (come | come in | have | get | do |
  make it | make that | make this |
  make | see | go | be | take | try | switch to | move to | be seen | put me | put him | put her | book | schedule | squeeze
  me in | fit me in)? (in)?
- (can | could) (come | make | do | be)? (it)? (in)?
- can
- (i | we | he | she | ive | weve | hes | shes) (have | has | got)? (got)? nothing (on | planned | going on | else on)? (on | for)?
- (how | what) (about | abt | bout)
- how's
- (do | u | you | they | does | did) (still | guys)? (have | got | has)
- (got | have | is there | are there | theres | any | anything | something | whats | what is | what's | what do you have |
  have you got | what have you got) (available | open | free | opening | openings | slots | else | other)?
- (i | we | she | he | they | ill | id | mom | dad) (really | also | would | could | can | will | only | just | might)?
  (only)? (prefer | want | like | love | come | do | take | make | need | be free | try | see you | be there | go for |
  choose | pick) (it | to come | to do | to come in | to see | to be seen)? (in)?
- (i | we | she | he | they | im | hes | shes) (am | is | are | have | has)? (only | also)? (free | available | open | off |
  around | wide open | flexible)
- (lets | let us) (do | say | try | go with | make it | go for | shoot for | plan on | plan for)
- (make | call) (it | that | this)
- (put | pencil | sign | book | schedule | set | squeeze | fit) (me | us | him | her | it | mom | dad | my mom | my dad |
  something) (down | in | up)? (for | on)?
- (schedule | book | get | need | want | make | scheduling | booking) (an | a | my | another | the)? (new | next)?
  (appointment | visit | session | slot | time | opening | eval | evaluation)? (for | on)?
- (maybe | perhaps | possibly | preferably | ideally | instead | prefer | works | better | looking for | hoping for | open
  to | interested in | aim for | best | earliest | next available | first available)
- (would | will) (prefer | like | be)
""",
    Cue.HOPE: """
- (was | were | been | had) (hoping | wondering | thinking | looking | trying | planning) (to | if | about | for | of)? (come | get)?
  (in)?
""",
    Cue.CORRECT: """
- (no | nope | oops | sorry | wait | my bad | scratch that | actually | or actually | correction | oh) (no | wait | sorry |
  i | make that | actually)? (meant | mean | said | make that | i meant | i mean | i said)?
- (i | we) (meant | mean | said) (to say)?
- (make that | i meant to say | or rather | on second thought)
""",
    Cue.STORY: """
- (i | we) know (i | we) (said | told you | asked for | wanted | picked | chose)
- (i | we | he | she) already (come | go | do)
- (can | could | may)? (i | we | you)? (please)? (keep | keeping | leave) (my | the)
- (can | could | may)? (i | we | you)? (please)? (keep | keeping)
- (im | been | ive been | was | keep | started) doing
- doing (my | the)
- (hurt | hurts | hurting | pain | pains | painful | sore | ache | aches | aching | swollen | fell | tripped | slipped |
  twisted | strained | started | felt | woke | sprained | throbbing | stiff | slow | tired | groggy | dizzy | sleepy |
  numb | injured | tweaked | pulled)
- (its | it is | it gets | it got | it feels | hurts | gets) (always | really | much | a lot | way | usually)? (worse | worst | stiff |
  sore | tight | achy | swollen | stiffer | tighter)
- (wake | waking | wakes | woke | sleep | sleeping | keeps me | turned | retired | diagnosed)
- (did | done | finished | completed | skipped | missed | forgot | was | had | went | saw | called | told | tried | took |
  got hurt | been | took)
- (pain | hurts) (is | was | level)?
- (past (away | on | in) | died | passing)
- (born | birthday | birthdate | dob | date of birth)
- (see | talk | thank | thanks) (you | to you | u)
""",
    Cue.OTHER: """
- (any | some | another | a)? (other | different | another) (day | time | date | slot | one)?
- else
""",
    Cue.VISIT: """
- (appointment | appointments | visit | session | slot | one | therapy | pt | reservation | time slot | evaluation | eval |
  checkup)
""",
    Cue.MINE: """
- (my | our | his | her | mom's | dad's | mother's | father's | husband's | wife's | their | the | that | this)
""",
}
_PASTS = """
- (about | like | maybe)? <minutes_count> late
- (whichever | whatever | which ever) (is | one is | comes | works | you have | one works)? (earlier | sooner | first | easier | better
  | best | available | soonest | earliest | open)? (in the day | for you)?
- the (earlier | later) the better
- (call | text | phone | ring | contact | email | message | reach) (me | us | him | her | them) (back)? (asap | as soon as
  (possible | you can) | right away)
- every (other | two | second) (week | weeks | month | months | day | days | hours)
- (keep | keeping | leave) (the | my)? <plain_day> (one | appointment | visit | session | as is)
- since (about | around | last | this | early | late)? (<date> | <time> | then)
- (ever since | since) (about | around | last | this)? <date> <time>
- last (<weekday> | night | week | month | year | time | spring | summer | fall | winter | weekend | visit | session | few
  days | couple days | couple of days) <part>?
- (about | around | over | like)? <days_count> ago
- (about | around | over | like)? (<months_count> | <minutes_count>) ago
- <count> (years | year) ago
- yesterday <part>?
- (day before yesterday | the other day | the day before yesterday | earlier today)
- (for | past | the past | the last | in the last | these | over the last) (the)? (past | last | about | like)?
  (<days_count> | <months_count> | <minutes_count>) (now | straight)?
- <count> (times | x) (a | per) (day | week)
- (once | twice | three times | times) (a | per) (day | week | month)
- <count> days (a | per) week
- (good | gud) (morning | afternoon | evening | night | day)
- (have | has) a (good | great | nice) (day | one | night | weekend | evening | morning)
- <weekday> last week
- <date> (of)? last (week | month | year)
"""


def patterns(block: str) -> list[str]:
    """Return the patterns of a block in which each begins with a dash at the start of a line."""
    return [" ".join(each.split()) for each in block.split("\n- ") if each.strip()]


def add_cues(grammar: Grammar) -> None:
    """Add the symbols `cue` (value: a Cue) and `past` (value: Past)."""
    for cue, block in _CUES.items():
        for pattern in patterns(block):
            grammar.rule("cue", pattern, lambda *_, cue=cue: cue)
    for pattern in patterns(_PASTS):
        grammar.rule("past", pattern, lambda *_: Past())
