"""Spanish words of dates and times, read as the English ones that the grammar knows.

Patients switch languages in the middle of a sentence, so this is a lexicon, not a second grammar. It is used only where a word stands that
is Spanish beyond doubt; each English word takes the place of the Spanish ones it stands for. Accents are dropped before.
"""

from __future__ import annotations

from itertools import pairwise

from bot.nlu.when.lexicon import UNITS, numbered, words
from bot.nlu.when.tokens import Token

# Any of these makes a message Spanish; "once" or "sin" alone do not.
_SPANISH = words(
    """
    lunes martes miercoles jueves viernes sabado domingo manana mananas hoy semana proxima proximo tarde tardes noche puedo despues
    antes mediodia cita enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre cualquier
    semanas dias mes pronto cuanto ultima
    """
)
_PHRASES = """
day after tomorrow = pasado manana
in the morning = por la manana | en la manana | de la manana
in the afternoon = por la tarde | en la tarde | de la tarde
in the evening = por la noche | en la noche | de la noche
mornings = por las mananas | en las mananas | las mananas
afternoons = por las tardes | en las tardes | las tardes
this morning = esta manana
this afternoon = esta tarde
tonight = esta noche
tomorrow = manana
today = hoy
hello = buenos dias | buen dia | buenas tardes | buenas noches
at = a la | a las
before noon = antes del mediodia | antes de mediodia
after noon = despues del mediodia
after = despues de las | despues de la | despues de
after the = despues del
before = antes de las | antes de la | antes de
before the = antes del
between = entre las | entre la
between the = entre el
and = y las | y la | y
and the = y el
until = hasta las | hasta la
until the = hasta el
since the = desde el
from = desde las | desde la | de las
or = o las | o
or the = o el
noon = mediodia | al mediodia | medio dia
next week = la proxima semana | proxima semana | la semana proxima | la semana que viene | semana que viene
next week = la semana entrante | la otra semana
this week = esta semana
weekend = fin de semana
month = mes
next month = el proximo mes | proximo mes | el mes que viene | el mes proximo
week = semana
weeks = semanas
days = dias
hours = horas
hour = hora
next = el proximo | la proxima | proximo | proxima
coming = que viene | que entra
this = este | esta
any day = cualquier dia
anytime = cualquier hora | a cualquier hora
every day = todos los dias
mondays = los lunes
tuesdays = los martes
wednesdays = los miercoles
thursdays = los jueves
fridays = los viernes
saturdays = los sabados
monday = lunes
tuesday = martes
wednesday = miercoles
thursday = jueves
friday = viernes
saturday = sabado
sunday = domingo
january = enero
february = febrero
march = marzo
april = abril
may = mayo
june = junio
july = julio
august = agosto
september = septiembre
october = octubre
november = noviembre
december = diciembre
of = de
thirty = y media
fifteen = y cuarto
early = temprano
later = mas tarde
earlier = mas temprano
asap = lo antes posible | cuanto antes | lo mas pronto posible
same time = la misma hora | a la misma hora | misma hora
except = menos | excepto | salvo
but not the = pero no el
but = pero
cant make = no puedo | no me queda bien | no me va bien
cant make = no me sirve
cant make = no puedo ir | no puedo venir | no podre ir | no podre
cant make = no voy a poder ir | no voy a poder | no puedo llegar
cant make = tengo que cancelar el | tengo que faltar el | no puede ir | no puede
doesnt work = no me funciona | no funciona | no es bueno
im busy = estoy ocupado | estoy ocupada | trabajo el | trabajo los
im busy = tengo que trabajar | tengo trabajo
i have = tengo un | tengo una | tengo
in the afternoon = in the tarde | in la tarde | the tarde
in the morning = in la manana | in the manana
is fine = esta bien | esta bueno | me queda bien | me sirve | me funciona | me va bien | me conviene
not before = no antes de las | no antes de la | no antes de
not after = no despues de las | no despues de la | no mas tarde de las
a week later = una semana despues | una semana mas tarde
a week earlier = una semana antes
days later = dias despues | dias mas tarde
days earlier = dias antes
weeks later = semanas despues | semanas mas tarde
hours later = horas despues | horas mas tarde
hours earlier = horas antes
same day and time = el mismo dia y la misma hora | el mismo dia y a la misma hora | mismo dia y hora
so = asi que | por eso | entonces
because = porque | ya que
im busy = trabaja los | trabaja el | esta ocupado | esta ocupada
lunch = el almuerzo | almuerzo
after lunch = despues del almuerzo | despues de almorzar | despues de comer
before lunch = antes del almuerzo
after work = despues del trabajo | despues de trabajar | saliendo del trabajo
after school = despues de la escuela
before work = antes del trabajo
im free = estoy libre | tengo libre
can i come = puedo ir | puedo venir | podria ir | podria venir
can it be = puede ser | podria ser | se puede
do you have = tiene algo | tienen algo | hay algo | hay cita | hay citas | tiene | tienen | hay
later today = hoy mas tarde | mas tarde hoy
end of = a fines de | a finales de | a fin de | finales de | fines de
early = a principios de | al principio de | principios de
middle of = a mediados de | mediados de
the next day = el dia siguiente | al dia siguiente | al otro dia
a day later = un dia despues | un dia mas tarde
a day earlier = un dia antes
an hour later = una hora despues | una hora mas tarde
an hour earlier = una hora antes | una hora mas temprano
from the = a partir del
from = a partir de las | a partir de la | a partir de | desde las | desde la
first thing = a primera hora | primera hora
last = ultima | ultimo
first = primera | primer
second = segunda | segundo
weekdays = entre semana | dias de semana
weekends = los fines de semana | fines de semana
another day = otro dia
that week = esa semana | esa misma semana | la misma semana
that day = ese dia | ese mismo dia | el mismo dia
later that day = mas tarde ese dia | ese dia mas tarde
tonight = hoy en la noche
at least = por lo menos
not = no el | no los
i can do = puedo
i want = quiero | quisiera | prefiero | me gustaria
better = mejor
my appointment is = la cita es el | tengo cita el | tengo una cita el | mi cita es
my appointment = mi cita
appointment = cita
change = cambiar
move = mover
cancel = cancelar
instead of = en vez del | en vez de | en lugar del | en lugar de
to the = para el
for = para
in = dentro de | en
hurts = duele | dolor
"""
_NUMBERS = numbered("una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince", start=1) | {
    "primero": 1,
    "uno": 1,
    "veinte": 20,
    "treinta": 30,
}
_NUMBER_WORDS = {value: word for word, value in UNITS.items() if value >= 1} | {20: "twenty", 30: "thirty"}
_CLOCK = words("la las a")
_DAY = words("el dia del al")
_WEEKDAYS = words("lunes martes miercoles jueves viernes sabado domingo")


def _phrases() -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    """Return the Spanish phrases by their first word, the longest first, each with its English words."""
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for line in _PHRASES.strip().splitlines():
        english, _, spanish = line.partition("=")
        for phrase in spanish.split("|"):
            row = tuple(phrase.split())
            found.setdefault(row[0], []).append((row, tuple(english.split())))
    return {first: sorted(rows, key=lambda row: -len(row[0])) for first, rows in found.items()}


_BY_FIRST = _phrases()


def translated(tokens: list[Token], raw: list[str]) -> list[Token]:
    """Return the tokens with Spanish read as English; `raw` holds each token's word as written, without accents."""
    if not (any(word in _SPANISH for word in raw) or ("a", "las") in pairwise(raw)):
        return tokens
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        end, english = _phrase(raw, at)
        if english == ("at",) and any(token.norm in ("from", "between") for token in found[-3:]):
            english = ("to",)
        if english:
            found += [Token("word", word, tokens[at].start, tokens[end - 1].end) for word in english]
        else:
            found.append(_number(tokens[at], raw, at))
            end = at + 1
        at = end
    return found


def _phrase(raw: list[str], at: int) -> tuple[int, tuple[str, ...]]:
    for spanish, english in _BY_FIRST.get(raw[at], ()):
        end = at + len(spanish)
        if tuple(raw[at:end]) != spanish:
            continue
        if (
            english == ("at",)
            and end < len(raw)
            and not (raw[end].isdigit() or raw[end] in _NUMBERS or ":" in raw[end] or raw[end][:1].isdigit())
        ):
            continue
        return end, english
    if at + 1 < len(raw) and _is_point(raw[at + 1]):
        if raw[at] in ("de", "del") and raw[at + 2 : at + 3] in (["a"], ["al"]):
            return at + 1, ("from",)
        if raw[at] in ("a", "al") and at > 1 and raw[at - 2] in ("de", "del") and _is_point(raw[at - 1]):
            return at + 1, ("to",)
    if raw[at] in ("el", "la", "los") and at + 1 < len(raw):
        if raw[at + 1] in _BY_FIRST:
            return at + 1, ("on",)
        if raw[at] == "el" and _is_number(raw[at + 1]):
            return at + 1, ("the",)
    return at, ()


def _is_point(word: str) -> bool:
    """Whether a word can be one end of a stretch: a number or a weekday."""
    return _is_number(word) or word in _WEEKDAYS


def _is_number(word: str) -> bool:
    return word[:1].isdigit() or word in _NUMBERS


def _number(token: Token, raw: list[str], at: int) -> Token:
    """Read a number: a day of the month after "el" or before "de" and a month, else a clock time or a count."""
    before = raw[at - 1] if at else ""
    behind = raw[at + 1] if at + 1 < len(raw) else ""
    value = token.value if token.kind == "num" else _NUMBERS.get(raw[at])
    if value is None:
        return token
    dated = before in _DAY or (behind == "de" and at + 2 < len(raw) and raw[at + 2] in _SPANISH)
    weekday = before in _WEEKDAYS
    if 1 <= value <= 31 and (dated or weekday) and not before[:1].isdigit():
        return Token("ord", token.norm, token.start, token.end, value)
    if token.kind == "num" or (raw[at] in ("una", "uno", "once") and before not in _CLOCK):
        return token
    return Token("word", _NUMBER_WORDS[value], token.start, token.end)
