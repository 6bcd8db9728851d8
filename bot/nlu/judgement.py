"""Tells questions that are the therapist's to judge from those that the program or approved text answers.

"How many bridges" is read from the program; "can I do more bridges", "is clicking normal" and "what instead" are judged by a person who
knows the patient. Recall comes first: a question that is referred needlessly costs an answer, the other way round it may cost a knee.
"""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_WHO = r"(?:i|we|he|she|they|u|mom|mum|mama|dad|papa|mother|father|grandma|my \w+|the patient|one)"
_SYMPTOM = (
    r"(?:hurt\w*|pain\w*|sore\w*|ach(?:e|es|ed|ing|y)|swell\w*|swollen|puffy|numb\w*|tingl\w*|pop(?:s|ped|ping)?|click\w*|crack\w*|"
    r"crunch\w*|"
    r"grind\w*|burn\w*|pinch\w*|cramp\w*|dizz\w*|shak(?:e|es|y|ing)|trembl\w*|pull(?:ed|s|ing)? (?:in|a|my|something)|stiff\w*|spasm\w*|"
    r"weak(?:er)?|give(?:s)? (?:out|way)|bruis\w*|fever|throb\w*|snap\w*|catch(?:es|ing)|lock(?:s|ed|ing)? up|duele|dolor|noise|"
    r"tight(?:er|ness)|"
    r"twing\w*|wobbl\w*|worse|faint\w*|short of breath|out of breath|dull|sharp|strain\w*|sting\w*|red|hot)"
)
_JUDGED = (
    r"(?:normal|ok|okay|alright|all right|safe|unsafe|bad|harmful|dangerous|risky|wise|unwise|advisable|allowed|permitted|worth|smart|"
    r"healthy|better|worse|best|enough|necessary|a problem|a good idea|a bad idea|good for|too (?:much|soon|early|hard|many|often|"
    r"late|heavy|little))"
)
_CUES = _any(
    # Is it normal, would it be wise, ok to …
    rf"\b(?:is|are|was|would|isn'?t|ain'?t|aren'?t|r|es|seems?|be)\b[^.?!]{{0,60}}\b{_JUDGED}\b",
    r"^\W*(?:is|are)\b[^.?!]{0,40}\bgood\b",
    rf"^\W*(?:\w+ )?{_JUDGED}(?: (?:to|if|for|w|with|that|when)\b|\W*$)|\b{_JUDGED} (?:to|if)\b|\bok\?|\b(?:that|it) (?:ok|okay|"
    rf"normal|safe|bad)\b",
    # Doing more, less or something else than the program says.
    r"\binstead\b|\bin (?:place|lieu) of\b|\b(?:replac|substitut|alternativ|modif)\w*|\bswap\b|\bsubs?\b|\bsomething else\b|"
    r"\bswitch(?:ing)? (?:it|to|out)\b"
    r"|\b(?:another|different|other|easier|harder|gentler|better|new) (?:\w+ )?(?:exercise|stretch|version|way|move|one)s?\b",
    r"\b(?:can|could|may|might|should|shall|ought|must|would it|do|does|am|is|are|want to|ok to|okay to)\b[^.?!]{{0,30}}\b(?:more|"
    r"extra|fewer|less|double|"
    r"twice as|half|heavier|lighter|increase|decrease|reduce|go (?:up|down) (?:to|in|a)|cut (?:back|down|it|them)|add|bump|harder|"
    r"easier|progress|"
    r"move (?:on|up)|advance|level up|graduate)\b(?! information| time| of my exercises)",
    rf"\b(?:can|could|may|might|should|shall|ought|must|need|have|has|gotta|supposed|allowed|able|okay|ok|safe|want|"
    rf"wanna)\b(?: {_WHO}| to| not| still|n'?t|"
    r" just| really| even| maybe| now)*\s+(?:to )?(?:skip|stop|quit|drop|omit|leave (?:off|out)|avoid|rest|keep (?:going|doing|on|"
    r"it up|at it)|continue|carry on|push"
    r"|work through|take (?:a (?:day|break|week)|it easy|off|time|two|some|my|an?|the)|lay off|back off|ease|slow down|wear|worry|"
    r"be (?:concerned|worried|feeling|sore)"
    r"|see (?:a|my|the) doctor|go (?:to the|back)|return|resume|start|begin|run|jog|swim|walk|drive|golf|play|lift|bike|cycle|hike|"
    r"ski|dance|garden|kneel|squat|jump"
    r"|workout|work out|exercise|train|stretch|use (?:ankle )?weights?|use a (?:heavier|lighter|stronger|different)|hurt|feel|split|"
    r"combine|mix|ditch|cheat|sit out|ignore)\b",
    rf"\b(?:can|could|may|might|should|shall|ought|is it ok for|would)\b {_WHO}(?: \w+)? (?:to )?do\b[^.?!]{{0,40}}\b(?:every day|"
    rf"everyday|daily|twice|once a|in the (?:pool|shower|bath)|"
    r"with(?:out)? |while|after|before|right|if|when|on (?:my|the) (?:other|bad)|at the gym|standing|seated|sitting|both|too|yoga|"
    r"pilates|all)",
    r"\b(?:will|would|could|does|do|can|did)\b[^.?!]{0,50}\b(?:help|harm|hurt|worse|worsen|damage|injur\w*|fix|heal|work for|matter|"
    r"be (?:enough|bad|harmful)|work|make (?:it|my|this|me))\b",
    # Signs of the body in a question.
    rf"\b(?:should|supposed|meant|ought|normal|natural|usual|expect\w*|mean|why|what if|what (?:do|should) i do|anything|concern\w*|"
    rf"worr\w*|bother|am i|is (?:it|that|this|there)|is my)\b[^.?!]{{0,60}}\b{_SYMPTOM}\b",
    rf"\b{_SYMPTOM}\b[^.?!]{{0,70}}(?:[,.;]|\bso\b|\band\b|\bdo i\b|\bshould\b|\bcan i\b|\bis that\b)[^?]{{0,60}}\?",
    rf"\b(?:if|when|while|since|because|cuz|after|but|though)\b[^.?!]{{0,40}}\b{_SYMPTOM}\b",
    r"\bhow (?:sore|much pain|much is too|do i know|will i know|can i tell|bad|hard should|careful|long (?:until|till|before|"
    r"will it take|should it (?:hurt|take)))\b",
    r"\bover ?do\w*|\bovertrain\w*|\btoo (?:much|soon|many)\b|\bhurt (?:myself|himself|herself)\b|\bhas? (?:it|this) (?:harm|help)",
    r"\bwhen (?:can|could|may|will|should|do|am|is)\b[^.?!]{0,30}\b(?:stop|quit|start|go back|return|run|play|drive|lift|be done|"
    r"done|finish\w*|resume|increase|"
    r"move on|feel|better|normal|swim|work|add|heal\w*|ready|progress)\b|\bready (?:to|for)\b|\bcleared (?:to|for)\b",
    r"\bam i (?:doing|making)\b[^.?!]{0,30}\b(?:right|wrong|correct\w*|ok|okay|harm|enough|damage|progress)\b|\bwhat if i\b|"
    r"\bdo i (?:really |still |even )?(?:need|have) to (?:do|keep)",
    r"\b(?:which|what)\b[^.?!]{0,30}\b(?:best|better|worst|most important|safest|good for|help|recommend|suggest|advise)\b|"
    r"\b(?:recommend|advise|your opinion|do you think|you think)\b",
    rf"\b(?:can|could|may|might|am i allowed to|are we allowed to) {_WHO} (?!(?:also |just |please )?(?:get|see|have|watch|find|ask|"
    rf"know|receive|request|view|"
    r"download|print|speak|talk|look|read|hear|use (?:ice|heat)))",
    rf"\bshould {_WHO} (?!(?:also |just |really |always |still )?(?:be (?:on|lying|laying|sitting|standing|holding|bending|facing|"
    rf"using|wearing|squeezing|"
    r"breathing|doing (?:it|them|these|this|the|for))|hold|keep (?:my|the|it|his|her)|bend|put|place|breathe|do (?:it|them|these|"
    r"the|this|those|each|both|for)|use|"
    r"squeeze|point|lie|lay|sit|stand|face|turn|pull|lift|lower|look|push|prop|have|repeat|count))",
    r"\bis (?:it|that|this)\b[^.?!]{0,30}\b(?:to|if|when|that)\b|\bwhy\b|\bhow come\b|\bdoes (?:it|that) (?:count|matter)\b|"
    r"\bwhat happens\b|\bwhat (?:would|will) happen\b",
    r"\bfeel(?:ing|s)? (?:it|this|that|nothing|anything|more|mostly)\b|\bright for\b|\bfor my (?:age|condition|kind)\b|"
    r"\bnext step\b|\bwhat(?:'s| is)? next\b|\bwhat now\b",
    r"\bdo (?:i|we) (?:just |still )?(?:keep|stop|rest|skip|continue|push|quit|carry)\b|"
    r"\b(?:start over|doubl\w* up|catch up|make (?:it |them )?up|"
    r"pick up where|jump (?:back|ahead)|ease back|skip ahead|"
    r"get back (?:to|into))\b",
    r"\b(?:do|does|must|am|are) (?:i|we|he|she|they)(?: really| still| even)? (?:have to|need to|need|supposed to (?:hurt|feel|rest|"
    r"stop)|allowed|able|ready|gotta)\b(?! (?:a |an |any |the |be |hold |use |have )?(?:mat|band|towel|chair|ball|equipment|"
    r"weights?|on|lying|standing|sitting|hold|anything|for|wall)\b)",
    # What the person who is asked would do, and what becomes of it.
    r"\bwould you\b(?![^.?!]*\b(?:tell|explain|say|send|show|remind|repeat|describe|give|let|go over|"
    r"walk|text|read|be so)\b)|\bthoughts\W*$",
    r"\bhow soon\b|\bset(?:s|ting)? (?:me|him|her|us|them|it) back\b|\b(?:lose|losing|lost|undo|ruin) (?:my|the|any|all|"
    r"his|her)\b[^.?!]{0,15}\b(?:progress|work|gains|strength)\b",
    rf"[,;.]\s*(?:so |and )?(?:can|could|may|should|would|ought) {_WHO}\W*$",
    rf"\b{_SYMPTOM}\b[^.?!]{{0,60}}\bis (?:that|this|it)\b",
    # Medicines, aids and conditions.
    r"\b(?:advil|ibuprofen|tylenol|acetaminophen|aleve|naproxen|aspirin|motrin|medication\w*|medicine\w*|meds|pills?|pain ?killers?|"
    r"ointment|voltaren|biofreeze|"
    r"cbd|steroid\w*|cortisone|injection|shot|gabapentin|muscle relax\w*|tens unit|kt tape|kinesio|supplement\w*|turmeric|"
    r"inflammator\w*|pastilla\w*)\b",
    r"\b(?:brace|sleeve|orthotics?|insoles|massage gun|foam roll\w*|chiropract\w*|acupuncture|mri|x-?ray|surgery|operation|stitches|"
    r"pregnan\w*|blood pressure|"
    r"herniat\w*|arthritis|diabet\w*|heart condition|pacemaker|osteo\w*|vertigo|a cold|the flu|fever|hangover|drunk|drink(?:ing)?|"
    r"wine|beer)\b",
    r"\b(?:es (?:normal|bueno|malo|seguro)|puedo (?:hacer mas|hacer más|correr|parar|saltar|dejar)|debo (?:parar|seguir|descansar)|"
    r"me hace daño)\b",
    r"\b(?:skip|stop|drop|quit|more reps?|more sets?|extra (?:reps?|sets?|weight)|heavier|push through|rest day|day off|"
    r"go up)\b\W*(?:\w+\W+){0,3}\?",
)
# What is read from the program or the approved text though it sounds like the others.
_ANSWERED = _any(
    r"\b(?:ice|heat|hot|cold|frozen|peas|heating pad|warm|gel pack|hielo|calor)\b(?![^.?!]*\b(?:normal|doctor|instead|swollen|worse|"
    r"numb|burn\w*|blister\w*|hours|all night|pregnan\w*|sleep)\b)",
    r"\b(?:send|text|email|resend|show|link|video|picture|print|copy|list|sheet)\b[^.?!]{0,40}\b(?:exercises?|stretches|program|"
    r"routine|video|link|sheet|list|pictures?|me)\b",
    r"\b(?:remind me|tell me again|say again|what was|walk me through|explain|forgot how|how does|how do (?:i|u|you|we) do|"
    r"how is)\b(?![^.?!]*\b(?:hurt\w*|pain\w*|instead|know)\b)",
    r"\bsuppos\w+ to (?:be |do |hold |use |keep |have |put |lie |sit |stand |breathe |bend |go |squeeze |touch )(?!(?:hurt|feel|sore))",
    r"\bis (?:it|that) (?:for )?(?:both|each|one|just|only|the (?:left|right|bad|good|sore|operated|other)) (?:\w+ ){0,2}"
    r"(?:legs?|arms?|sides?|feet|foot|knees?|hands?|one)\b",
    r"^\W*how should (?:i|he|she|we) (?:hold|prop|lie|lay|sit|stand|breathe|place|put|do (?:it|the|this|that|these))\b",
    r"\bdo (?:i|we) keep (?:my|the|both|it) ?\w* (?:\w+ )?(?:straight|bent|flat|still|up|down|together|apart|level|on the)\b",
    r"\bshould (?:my|his|her|the) (?:knees?|foot|feet|heels?|toes?|elbows?|arms?|legs?|back|hips?|head|chin|hands?|palms?|thumbs?|"
    r"shoulders?|band|towel|chair)\b(?! (?:hurt|feel|be (?:sore|shaking|numb|swollen|tingling|clicking)))",
    r"^\W*(?:and |so |ok |wait |sorry |hey |hi )*(?:how many|how long|how often|how far|how fast|how high|how low|which (?:leg|arm|"
    r"side|way|color|band|foot|hand|one|ones|exercises)|what (?:color|equipment|is the|does)|where)\b"
    r"(?![^.?!]*\b(?:too|safe|before it|until it|ok|okay|normal|instead|heal\w*|better|worse|hurt\w*|pain\w*|sore\w*|without|best|"
    r"can i (?:stop|run|go))\b)",
)


def asks_judgement(text: str) -> bool:
    """Does a text about exercises or the body ask for what only a therapist may judge?"""
    plain = text.replace("’", "'")
    return bool(_CUES.search(plain)) and not (_ANSWERED.search(plain) and not _HARD.search(plain))


# Errands about the program and its things: neither read from it nor judged, a person sees to them.
_ERRANDS = _any(
    r"\b(?:get|buy|order|borrow|replace|pick up|ship|mail|bring|want|give me|lend|have) (?:me |us )?(?:a|an|another|some|new|"
    r"my|the|more|one of)\b[^.?!]{0,30}\b(?:bands?|balls?|"
    r"roller|pulley|equipment|handout|booklet|dvd|sheet in|paper copy)\b(?![^.?!]*\bfor (?:this|the|that|these)\b)",
    r"\b(?:bands?|ball|mat|pulley|roller)\b[^.?!]{0,30}\b(?:broke|snapped|ripped|torn|tore|popped|lost|missing|worn out|too (?:old|"
    r"small))\b",
    r"\b(?:broke|snapped|ripped|tore|lost) (?:my|the|a) (?:\w+ )?(?:bands?|ball|mat|pulley|roller)\b",
    r"\b(?:change|update|edit|revise|adjust|redo|rewrite|remove|delete|take|add|put|move)\b[^.?!]{0,40}\b(?:off|from|to|on|in|my|"
    r"the|his|her)\b[^.?!]{0,20}\b(?:program|list|sheet|routine|plan)\b",
    r"\b(?:new|different|updated|revised) (?:program|routine|plan)\b",
    r"\b(?:send|share|give|forward|email|fax|show|text)\b[^.?!]{0,40}\b(?:to|with)\b[^.?!]{0,15}\b(?:trainer|doctor|dr|surgeon|"
    r"coach|gym|school|insurance|lawyer|employer|work|boss|husband|wife|"
    r"daughter|son|mom|mother|dad|father|aide|nurse|sister|brother|friend|caregiver)\b",
    r"\b(?:letter|note|form|records?|chart|report|log|certificate|excuse)\b[^.?!]{0,30}\b(?:for|to|from|about|of)\b",
    r"\b(?:app|portal|login|log in|password|link|video|page|website)\b[^.?!]{0,30}\b(?:won'?t|doesn'?t|isn'?t|not|broken|error|"
    r"expired|can'?t|fail\w*|stuck|frozen|blank)\b",
    r"\b(?:can'?t|cannot|won'?t|unable to) (?:open|log|get (?:in|into)|play|see|load|find)\b[^.?!]{0,30}\b(?:app|portal|link|video|"
    r"page|website|account)\b",
    r"\b(?:insurance|medicare|hsa|fsa|reimburs\w*|cover\w*|pay|cost|price|charge\w*|bill\w*)\b",
    r"\b(?:ask|tell|talk (?:to|with)|speak (?:to|with)|call|reach|message|check with|show|meet)\b[^.?!]{0,20}\b(?:therapist|pt|dana|"
    r"sam|priya|doctor|someone|somebody|a person|the desk|manager|him|her)\b",
    r"\b(?:large|bigger|big) print\b|\bprinted\b|\bpaper copy\b|\bmail (?:me|it|them|my)\b|\bin (?:spanish|chinese|russian|"
    r"braille)\b|\btranslat\w*",
    r"\b(?:my|for) (?:friend|neighbor|sister|brother|husband|wife|cousin|roommate|coworker)\b[^.?!]{0,30}\b(?:do|use|try|have|get|"
    r"exercises?|too|also|same)\b",
)


def asks_errand(text: str) -> bool:
    """Does a text about exercises ask for something that neither the program nor a judgement answers?"""
    return bool(_ERRANDS.search(text.replace("’", "'")))


# However it is asked, this is judged.
_HARD = _any(
    r"\binstead\b|\bnormal\b|\b(?:more|extra|fewer|heavier|lighter) (?:than|reps?|sets?|weight)\b|\btoo (?:much|soon|many)\b|"
    r"\bskip\b|\bsafe\b",
    r"\b(?:hurts?|hurting|pain|painful|sore|numb|swollen|swelling|tingling|dizzy|clicks?|pops?|shak(?:e|es|ing|y)|"
    r"trembl\w*)\b",
    r"\b(?:advil|ibuprofen|tylenol|aleve|medication|meds|pills?)\b",
)
