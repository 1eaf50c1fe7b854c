# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Check the structure of the product: ``python3 -m dev.structure``.

What is checked, and why, is said in :data:`CHECKS`. The checks read the code and run
nothing of it.
"""

import ast
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .console import say
from .settings import ADDON, ROOT

#: Folders of the product's code; beside them stands ``hooks.py``.
FOLDERS = (
    *("models", "controllers", "oauth2", "json2", "storage", "tools", "wizards"),
    "cli",
)
#: What each folder may import of the others; ``cli`` and ``hooks.py`` anything.
ARROWS = {
    "controllers": {"oauth2", "models", "json2", "storage", "tools"},
    "oauth2": {"models", "json2", "storage", "tools"},
    "models": {"json2", "storage", "tools"},
    "wizards": {"oauth2", "models", "json2", "storage", "tools"},
    "json2": {"tools"},
    "storage": {"tools"},
    "tools": set(),
}
#: The extension point of the OCA module: the client makes the server of oauthlib.
EXCEPTION = ("models", "get_oauth2_server", "oauth2")
#: Folders whose other files are named on the page as well, with their endings.
FURTHER = {"views": ".xml", "wizards": ".xml", "data": "", "security": ""}
PAGE = "docs/WHERE.md"
#: Longest function and longest file, in lines.
MOST_OF_FUNCTION = 60
MOST_OF_FILE = 500
#: How many models may have their code in more than one file.
MOST_DIVIDED = 4
#: Attributes of a model class that say which model it is.
NAMES = {"_name", "_inherit"}


@dataclass(frozen=True)
class File:
    """A file of the product.

    :ivar path: relative to the root (str)
    :ivar text: what it holds
    """

    path: str
    text: str

    @property
    def folder(self):
        """Name of the folder at the top that it is in; empty for ``hooks.py``."""
        return self.path.partition("/")[0] if "/" in self.path else ""

    @property
    def length(self):
        """How many lines it has."""
        return len(self.text.splitlines())

    @cached_property
    def tree(self):
        """The syntax tree of a Python file."""
        return ast.parse(self.text, self.path)


def read_files(root=ROOT):
    """Return the Python files (list of :class:`File`) of the product's code."""
    root = Path(root)
    paths = [path for name in FOLDERS for path in sorted((root / name).rglob("*.py"))]
    paths += [path for path in [root / "hooks.py"] if path.exists()]
    return [_read(root, path) for path in paths]


def read_further(root=ROOT):
    """Return the other files (list of :class:`File`): views, data, security."""
    root = Path(root)
    return [
        _read(root, path)
        for name, ending in FURTHER.items()
        for path in sorted((root / name).glob(f"*{ending}"))
        if path.is_file() and path.suffix != ".py"
    ]


def _read(root, path):
    return File(path.relative_to(root).as_posix(), path.read_text())


# Models


def find_classes(files):
    """Yield (model name, File, class) of each class that is a model, or extends one."""
    for file in files:
        for node in ast.walk(file.tree):
            if isinstance(node, ast.ClassDef) and (name := _model_name(node)):
                yield name, file, node


def _model_name(node):
    """Return the name of the model that a class is about (str), or None."""
    values = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name) and target.id in NAMES:
                    values[target.id] = _strings(statement.value)
    for name in ("_name", "_inherit"):
        if len(values.get(name, ())) == 1:
            return values[name][0]
    return None


def _strings(node):
    parts = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return [part.value for part in parts if isinstance(part, ast.Constant)]


def _defined(node):
    """Return the names (set) that the body of a class defines."""
    names = set()
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(statement.name)
        elif isinstance(statement, ast.Assign):
            names |= {one.id for one in statement.targets if isinstance(one, ast.Name)}
        elif isinstance(statement, ast.AnnAssign) and statement.value:
            names.add(statement.target.id)
    return names - NAMES


def check_definitions(files, _further, _page):
    """Nothing is defined twice: which one counts would depend on the order of lines."""
    seen = {}
    for model, file, node in find_classes(files):
        for name in _defined(node):
            seen.setdefault((model, name), []).append(file.path)
    for (model, name), paths in seen.items():
        if len(paths) > 1:
            where = ", ".join(sorted(paths))
            yield f"{model}: “{name}” is defined in {where}"


def check_divided(files, _further, _page):
    """At most four models are in more than one file: the others have one place."""
    paths = {}
    for model, file, _node in find_classes(files):
        paths.setdefault(model, set()).add(file.path)
    divided = sorted(model for model, found in paths.items() if len(found) > 1)
    if len(divided) > MOST_DIVIDED:
        many, names = len(divided), ", ".join(divided)
        yield f"{many} models are in more than one file: {names}"


# Sizes


def check_functions(files, _further, _page):
    """No function is longer than a screen or so."""
    for file in files:
        for node in ast.walk(file.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = node.end_lineno - node.lineno + 1
                if length > MOST_OF_FUNCTION:
                    yield f"{file.path}: “{node.name}” has {length} lines"


def check_files(files, further, _page):
    """No file is so long that a reader gives up."""
    for file in [*files, *further]:
        if file.path.endswith((".py", ".xml")) and file.length > MOST_OF_FILE:
            yield f"{file.path} has {file.length} lines"


# Arrows


def find_imports(file):
    """Yield (folder, name of the function around it or None) of what a file imports.

    Of this addon alone, wherever the import stands.
    """
    around = {}
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            around.update(dict.fromkeys(ast.walk(node), node.name))
    for node in ast.walk(file.tree):
        for folder in _imported(file, node):
            yield folder, around.get(node)


def _imported(file, node):
    """Return the folders (set) at the top that an import of ``file`` leads to."""
    if isinstance(node, ast.Import):
        names = [one.name for one in node.names]
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            # From where the file is, as many folders up as there are dots but one
            parts = file.path.split("/")[:-1]
            up = parts[: len(parts) - node.level + 1]
            base = ".".join(["odoo.addons", ADDON, *up, *filter(None, [node.module])])
        names = [f"{base}.{one.name}" for one in node.names]
    else:
        return set()
    prefix = f"odoo.addons.{ADDON}."
    found = {
        name.removeprefix(prefix).split(".")[0]
        for name in names
        if name.startswith(prefix)
    }
    return found & set(FOLDERS)


def check_arrows(files, _further, _page):
    """Imports run one way: controllers, oauth2, models; then json2, storage, tools."""
    for file in files:
        allowed = ARROWS.get(file.folder)
        if allowed is None:
            continue
        for folder, function in find_imports(file):
            if folder == file.folder or folder in allowed:
                continue
            if (file.folder, function, folder) == EXCEPTION:
                continue
            yield f"{file.path} imports {folder}"


# The page


def check_page(files, further, page):
    """Every file is named on the page that says where what is, and no other."""
    named = set(re.findall(r"`([\w./-]+\.(?:py|xml|csv|sql))`", page))
    paths = {
        file.path
        for file in [*files, *further]
        if not file.path.endswith("__init__.py")
    }
    for path in sorted(paths - named):
        yield f"{PAGE} does not name {path}"
    tops = {*FOLDERS, *FURTHER}
    for path in sorted(named - paths):
        if path.partition("/")[0] in tops and not path.endswith("__init__.py"):
            yield f"{PAGE} names {path}, which is not there"


CHECKS = (
    check_definitions,
    check_divided,
    check_functions,
    check_files,
    check_arrows,
    check_page,
)


def violations(root=ROOT):
    """Return what is against the rules (list of str), in the order of the checks."""
    files, further = read_files(root), read_further(root)
    page = Path(root) / PAGE
    text = page.read_text() if page.exists() else ""
    return [
        line for check in CHECKS for line in sorted(set(check(files, further, text)))
    ]


def main(root=ROOT):
    """Say what is wrong; returns 1 if anything is."""
    found = violations(root)
    for line in found:
        say(f"✗ {line}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
