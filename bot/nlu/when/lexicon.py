"""The words of the grammar: number words, weekdays, months, and the ways people and recognisers misspell them."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


def numbered(text: str, start: int = 0) -> dict[str, int]:
    """Return the words of a text, each with its place counted from `start`."""
    return {word: place for place, word in enumerate(text.split(), start=start)}


UNITS = numbered(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen
    """
)
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
ORDINALS = numbered(
    """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
    seventeenth eighteenth nineteenth twentieth
    """,
    start=1,
) | {"thirtieth": 30}

WEEKDAYS = numbered("monday tuesday wednesday thursday friday saturday sunday")
PLURAL_WEEKDAYS = {name + "s": index for name, index in WEEKDAYS.items()}
MONTHS = numbered("january february march april may june july august september october november december", start=1)

_SPELLINGS = """
monday: mon mond mondy munday monda mnday mondau
mondays: mons
tuesday: tu tue tues teusday tuseday tuesdy tusday tuesd toosday chewsday tuesay twosday
tuesdays: tueses
wednesday: wed weds wednes wensday wednsday wedsday wendsday wenesday wednessday wedensday wednesdy
wednesdays: wensdays
thursday: th thu thur thurs thrs thursd thirsday thersday thurday thusday thrusday
thursdays: thurses
friday: fri frid frday firday frii
saturday: sat satur satday saterday
sunday: sun sund sundy
january: jan
february: feb febuary febrary
march: mar
april: apr
june: jun
july: jul
august: aug
september: sep sept
october: oct
november: nov
december: dec
today: 2day tdy todays tody
tonight: 2nite tonite 2night tnight
tomorrow: tmrw tmr tmw tmrow tmoro tomoro tomorow tommorow tommorrow tomorro 2moro 2morrow 2morro 2mrw tomoz tomorrows tommorw tomorow
week: wk weak wek weeek
weeks: wks
weekend: wkend wknd wkd w/e weekened
weekends: wkends wknds
morning: mornin morn mourning mrng mornig forenoon morining
mornings: mornins morns forenoons
afternoon: aft afternon aftn arvo afternoo aftenoon afternn
afternoons: afts arvos
evening: eve evng evenin evning
evenings: eves
night: nite
noon: noontime nooon
lunch: lunchtime
appointment: appt apt appointmnt appointement apointment appoinment
appointments: appts apts
next: nxt nex nect
this: ths dis
coming: comin
before: b4 bfore befor befre
after: aftr aftur
later: ltr
earlier: earlyer
early: erly
around: arnd arround
about: abt 'bout
anything: anythin anythng
something: somethin sumthing
anytime: nytime
between: btwn b/w betwen
through: thru throo
til: till 'til
until: untill
month: mnth
minutes: mins minuts
minute: min
hour: hr
hours: hrs
please: pls plz
you: u ya
are: r
be: b
because: cuz cos bc coz
except: exept xcept
instead: insted instd
reschedule: resched reschedual reskedule
cant: can't cannot cnt
wont: won't
dont: don't
doesnt: doesn't
isnt: isn't
wasnt: wasn't
im: i'm
ive: i've
ill: i'll
id: i'd
its: it's
whats: what's
hes: he's
shes: she's
weve: we've
theyre: they're
were: we're
thats: that's
lets: let's
didnt: didn't
couldnt: couldn't
havent: haven't
oclock: o'clock oclok o'clok
past: passed
half: harf
quarter: qtr quater
christmas: xmas
on: onn
or: orr
twelfth: twelth
ninth: nineth
eighth: eigth
fourteenth: forteenth
fortieth: fourtieth
forty: fourty
and: n nd
have: hav
"""

SPELLINGS = {
    short: name for line in _SPELLINGS.strip().splitlines() for name, _, shorts in [line.partition(":")] for short in shorts.split()
}

# Who a clause may tell of.
SUBJECTS = words(
    """
    i im ive ill id we were weve he hes she shes they theyre theres there its it my our his her their mom mother dad father
    grandma grandpa nana wife husband son daughter kid kids sister brother aunt uncle boss ride driver doctor dr surgeon neighbor
    boys girls boy girl granddaughter grandson grandkids sitter mama papa school work church somebody someone
    """
)
# Long words near enough to one of these are read as it ("wendesday", "tommorow", "afternooon").
FUZZY_TARGETS = (
    *WEEKDAYS,
    *PLURAL_WEEKDAYS,
    "january",
    "february",
    "september",
    "october",
    "november",
    "december",
    "tomorrow",
    "morning",
    "mornings",
    "afternoon",
    "afternoons",
    "evening",
    "evenings",
    "weekend",
    "appointment",
    "reschedule",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
)
# Words one letter from a target that mean themselves.
NOT_FUZZY = words("holiday sundae someday friend warning evening's meaning learning money mention")

# Two heard words that are one.
JOINED = {
    ("to", "morrow"): "tomorrow",
    ("two", "morrow"): "tomorrow",
    ("too", "morrow"): "tomorrow",
    ("to", "day"): "today",
    ("to", "night"): "tonight",
    ("week", "end"): "weekend",
    ("week", "ends"): "weekends",
    ("week", "day"): "weekday",
    ("week", "days"): "weekdays",
    ("mid", "day"): "midday",
    ("mid", "week"): "midweek",
    ("mid", "morning"): "midmorning",
    ("mid", "afternoon"): "midafternoon",
    ("o", "clock"): "oclock",
    ("oh", "clock"): "oclock",
    ("a", "m"): "am",
    ("p", "m"): "pm",
    ("any", "time"): "anytime",
    ("any", "thing"): "anything",
    ("some", "time"): "sometime",
    ("some", "thing"): "something",
    ("can", "not"): "cant",
    ("fort", "night"): "fortnight",
    ("lunch", "time"): "lunch",
    ("mon", "day"): "monday",
    ("tues", "day"): "tuesday",
    ("tuesday", "day"): "tuesday",
    ("toos", "day"): "tuesday",
    ("twos", "day"): "tuesday",
    ("choose", "day"): "tuesday",
    ("wends", "day"): "wednesday",
    ("wens", "day"): "wednesday",
    ("when's", "day"): "wednesday",
    ("whens", "day"): "wednesday",
    ("win's", "day"): "wednesday",
    ("wins", "day"): "wednesday",
    ("wendy's", "day"): "wednesday",
    ("wed", "nesday"): "wednesday",
    ("wednesday", "day"): "wednesday",
    ("thirst", "day"): "thursday",
    ("thirsty", "day"): "thursday",
    ("thirds", "day"): "thursday",
    ("thurs", "day"): "thursday",
    ("thursday", "day"): "thursday",
    ("fry", "day"): "friday",
    ("fried", "day"): "friday",
    ("free", "day"): "friday",
    ("friday", "day"): "friday",
    ("satur", "day"): "saturday",
    ("sater", "day"): "saturday",
    ("saturday", "day"): "saturday",
    ("sun", "day"): "sunday",
    ("sunday", "day"): "sunday",
    ("forth", "night"): "fortnight",
    ("fore", "noon"): "morning",
    ("re", "schedule"): "reschedule",
    ("before", "of"): "before",
    ("tune's", "day"): "tuesday",
    ("tunes", "day"): "tuesday",
    ("tune", "day"): "tuesday",
}
