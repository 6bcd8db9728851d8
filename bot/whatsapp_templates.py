"""WhatsApp's templates: what the line may say there more than 24 hours after the patient's last message.

Each file in `data/whatsapp/templates` is one template; Meta approves it before it may be sent, and an approved one never changes, so its
name at Twilio carries a fingerprint of its words. Nothing in it speaks of health.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.yamlfile import FileError, Node, open_yaml

FOLDER = Path("data/whatsapp/templates")
CATEGORIES = ("UTILITY",)
MOST_CHARACTERS = 1024
LONGEST_VALUE = 255
LONGEST_BUTTON = 20
MOST_BUTTONS = 3
_PLACE = re.compile(r"\{\{(\d+)\}\}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


class TemplateError(Exception):
    """A template cannot be filled. The message names what is missing, never a value."""


@dataclass(frozen=True)
class Template:
    """One template. `values` names the value of each place {{1}}, {{2}}, … in `body`, `samples` what the reviewers at Meta see for it."""

    name: str
    language: str
    category: str
    body: str
    values: tuple[str, ...]
    samples: tuple[str, ...]
    buttons: tuple[str, ...]

    @property
    def friendly_name(self) -> str:
        """The name at Twilio and Meta: it changes with every word, because an approved template does not."""
        told = json.dumps([self.language, self.category, self.body, self.buttons], ensure_ascii=True)
        return f"mendline_{self.name}_{hashlib.sha256(told.encode()).hexdigest()[:8]}"

    @property
    def variables(self) -> dict[str, str]:
        """The samples by the number of their place; the ids of the buttons come after the values."""
        given = [*self.samples, *(f"tap_{number}" for number in range(1, len(self.buttons) + 1))]
        return {str(number): sample for number, sample in enumerate(given, start=1)}

    @property
    def types(self) -> dict[str, Any]:
        """The content as Twilio's Content API takes it."""
        if not self.buttons:
            return {"twilio/text": {"body": self.body}}
        first = len(self.values) + 1
        actions = [{"type": "QUICK_REPLY", "title": title, "id": f"{{{{{first + index}}}}}"} for index, title in enumerate(self.buttons)]
        return {"twilio/quick-reply": {"body": self.body, "actions": actions}}

    def filled(self, values: Mapping[str, str], ids: Sequence[str]) -> tuple[dict[str, str], str]:
        """Return the values by the number of their place, and the words that the patient reads. Raises TemplateError."""
        missing = [name for name in self.values if not str(values.get(name) or "").strip()]
        if missing:
            raise TemplateError(f"the value {missing[0]} is missing; give it in the response's `custom.variables`")
        if len(ids) < len(self.buttons):
            raise TemplateError(f"it has {len(self.buttons)} buttons and the question {len(ids)} options; let them agree")
        given = [" ".join(str(values[name]).split())[:LONGEST_VALUE] for name in self.values]
        text = _PLACE.sub(lambda place: given[int(place[1]) - 1], self.body)
        return {str(number): value for number, value in enumerate([*given, *ids[: len(self.buttons)]], start=1)}, text


class Templates:
    """The templates of one folder, by name."""

    def __init__(self, templates: Mapping[str, Template] | None = None) -> None:
        self._templates = dict(templates or {})

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Templates:
        """Read every file. Raises FileError naming file, key, value and remedy."""
        read = [_template(path) for path in sorted(folder.glob("*.yml"))]
        return cls({one.name: one for one in read})

    def __iter__(self) -> Iterator[Template]:
        return iter(self._templates.values())

    def get(self, name: str) -> Template | None:
        """Return a template by its name."""
        return self._templates.get(name)

    def filled(self, name: str, values: Mapping[str, str], ids: Sequence[str]) -> tuple[dict[str, str], str]:
        """Return a template's values and words. Raises TemplateError, also for an unknown name."""
        template = self.get(name)
        if template is None:
            raise TemplateError(f"no file of {FOLDER} has this name")
        return template.filled(values, ids)


def _template(path: Path) -> Template:
    top = open_yaml(path)
    name = top.at("name").text()
    if name != path.stem or not _NAME.fullmatch(name):
        raise top.at("name").error(f"write the file's own name, {path.stem}, in small letters, digits and underscores")
    body = top.at("body")
    places = tuple(top.at("values").items())
    template = Template(
        name=name,
        language=top.at("language").text(),
        category=top.at("category").choice(CATEGORIES),
        body=body.text(),
        values=tuple(place.at("name").text() for place in places),
        samples=tuple(place.at("sample").text() for place in places),
        buttons=top.at("buttons").texts() if top.maybe("buttons") else (),
    )
    top.finish()
    _check(body, template)
    return template


def _check(body: Node, template: Template) -> None:
    """Refuse what WhatsApp would not approve. Raises FileError."""
    found = [int(number) for number in _PLACE.findall(template.body)]
    if found != list(range(1, len(template.values) + 1)):
        raise body.error("write {{1}}, {{2}}, … in this order, one for each of `values`")
    if _PLACE.match(template.body) or re.search(r"\}\}\s*$", template.body):
        raise body.error("begin and end it with words: WhatsApp approves no text that begins or ends with a value")
    if re.search(r"\}\}\s*\{\{", template.body):
        raise body.error("write words between two values: WhatsApp approves none side by side")
    if len(template.body) > MOST_CHARACTERS:
        raise body.error(f"shorten it to {MOST_CHARACTERS} characters")
    if len(template.buttons) > MOST_BUTTONS or any(len(title) > LONGEST_BUTTON for title in template.buttons):
        raise FileError(f"{body.file}: buttons are at most {MOST_BUTTONS}, of {LONGEST_BUTTON} characters each; shorten them")
