"""The house stands as design.md draws it: floors, one home for each heavy library, nothing that runs foreign code."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("fusion", "explain", "assistant", "apps")  # from the ground up
MODULES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))

# Where a library may be imported: files and folders under the root. Numpy and the standard library are free for all.
HOMES = {
    "torch": ("fusion/",),
    "safetensors": (
        "fusion/pretrained.py",
        "fusion/motion/pretrained.py",
        "fusion/appearance.py",
        "fusion/appearance_training.py",
        "fusion/outline.py",
        "fusion/outlining.py",
        "fusion/table/pretrained.py",
        "fusion/learning/weights.py",
        "fusion/representation/backbone.py",
        "fusion/diffusion/checkpoint.py",
    ),
    "timm": ("fusion/representation/backbone.py",),
    "open_clip": ("fusion/modality/clip.py",),
    "sentence_transformers": ("fusion/modality/text.py",),
    "torchao": ("explain/local.py",),
    "transformers": ("fusion/hub.py", "fusion/motion/vitpose.py", "explain/local.py"),
    "httpx": (
        "explain/remote.py",
        "assistant/stamping.py",
        "apps/rest/workers.py",
    ),  # asks nobody whom the user didn't name
    "diffusers": (
        "fusion/diffusion/sampling.py",
        "fusion/diffusion/learner.py",
        "fusion/representation/autoencoder.py",
    ),
    "accelerate": ("fusion/diffusion/learner.py",),
    "cv2": ("fusion/",),
    "sklearn": ("fusion/motion/peers.py", "fusion/segmenter.py"),
    "pyod": ("fusion/table/peers.py",),
    "pyarrow": ("fusion/table/read.py",),
    "scipy": ("fusion/", "explain/"),
    "tifffile": ("fusion/modality/formats.py",),
    "pillow_heif": ("fusion/modality/formats.py",),
    "PIL": ("fusion/", "assistant/"),
    "sqlalchemy": (
        "assistant/tables.py",
        "assistant/database.py",
        "assistant/store.py",
        "assistant/jobs.py",
        "assistant/job_batch.py",
        "assistant/awaiting.py",
        "assistant/lots.py",
        "assistant/history.py",
        "assistant/indexing.py",
        "assistant/reindexing.py",
        "assistant/columns.py",
        "assistant/sentences.py",
        "assistant/search.py",
        "assistant/audit.py",
        "assistant/retention.py",
        "assistant/verifying.py",
        "assistant/reports/facts.py",
        "assistant/migrations/",
    ),
    "alembic": ("assistant/migrations/",),
    "cryptography": ("assistant/signing.py",),
    "rfc3161_client": ("assistant/stamping.py",),
    "fsspec": ("assistant/vault_url.py",),
    "typst": ("assistant/reports/pdf.py",),
    "jinja2": ("assistant/sheet.py",),
    "markupsafe": ("assistant/sheet.py",),
    "platformdirs": ("assistant/home.py",),
    "gradio": ("apps/ui/",),
    "fastapi": ("apps/rest/",),
    "mcp": ("apps/mcp_server/",),
    "starlette": ("apps/rest/", "apps/mcp_server/http.py", "apps/ui/serve.py", "apps/ui/login.py"),
    "uvicorn": ("apps/rest/workers.py", "apps/mcp_server/http.py"),
    "anyio": ("apps/ui/models.py",),
    "pydantic_core": ("explain/repair.py",),
    "pydantic": ("apps/rest/", "apps/mcp_server/server.py"),
    "typer": ("apps/",),
    "rich": ("apps/",),
    "socket": ("apps/ui/serve.py",),  # asks whether the port is free
}
# Neither run what a file says, nor talk to anybody.
NOWHERE = ("pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "requests", "urllib", "http")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(nodes: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the full name of everything that is imported, late and for type checking only as well."""
    for node in ast.walk(nodes):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_there_is_something_to_look_at() -> None:
    assert {place(path).split("/")[0] for path in MODULES} == set(FLOORS)
    assert ("fusion.errors.FoilError", 1) in [(name, 1) for name, _ in imports(tree(ROOT / "apps" / "cli.py"))]


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_floor_imports_no_floor_above(path: Path) -> None:
    own = FLOORS.index(place(path).split("/")[0])
    upward = [
        f"line {line}: {name}"
        for name, line in imports(tree(path))
        if name.split(".")[0] in FLOORS[own + 1 :] or name.split(".")[0] == "tests"
    ]
    assert not upward


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_library_is_imported_at_its_home_only(path: Path) -> None:
    free = {"numpy", *FLOORS, *sys.stdlib_module_names} - HOMES.keys()
    astray = [
        f"line {line}: {name}"
        for name, line in imports(tree(path))
        if name.split(".")[0] not in free and not place(path).startswith(HOMES.get(name.split(".")[0], ()))
    ]
    assert not astray


def test_every_home_is_lived_in() -> None:
    used = {name.split(".")[0] for path in MODULES for name, _ in imports(tree(path))}
    assert sorted(HOMES.keys() - used) == [], "take libraries that nobody imports out of the table"
    homes = {home for homes in HOMES.values() for home in homes}
    assert [home for home in homes if not (ROOT / home).exists()] == []


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_nothing_runs_foreign_code_or_reaches_for_the_network(path: Path) -> None:
    found = [f"line {line}: {name}" for name, line in imports(tree(path)) if name.split(".")[0] in NOWHERE]
    for function, call in calls(path):
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        unsafe = (
            function in ("eval", "exec", "compile", "__import__", "os.system")
            or (function == "torch.load" and given.get("weights_only") != "True")
            or (function in ("np.load", "numpy.load") and given.get("allow_pickle", "False") != "False")
            or given.get("shell") == "True"
            or given.get("trust_remote_code") == "True"
        )
        found += [f"line {call.lineno}: {function}"] if unsafe else []
    assert not found


def test_no_module_needs_itself_in_order_to_be_imported() -> None:
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in MODULES}
    graph = {name: set() for name in names}
    for name, path in names.items():
        top = ast.Module([node for node in tree(path).body if isinstance(node, ast.Import | ast.ImportFrom)], [])
        for imported, _ in imports(top):
            module = imported if imported in names else imported.rpartition(".")[0]
            graph[name] |= {module} & names.keys() - {name}
    assert len(list(TopologicalSorter(graph).static_order())) == len(names)  # CycleError names the circle


@pytest.mark.parametrize(
    "module",
    [
        "apps.cli",
        "assistant.inspection",
        "assistant.library",
        "assistant.fitting",
        "assistant.page",
        "explain.explanation",
    ],
)
def test_importing_what_help_needs_loads_nothing_heavy(module: str) -> None:
    heavy = ("torch", "gradio", "scipy", "cv2", "skimage", "sklearn", "transformers", "timm", "open_clip")
    code = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_line_itself_loads_not_even_numpy() -> None:
    late = ("numpy", "PIL", "rich", "jinja2", "sqlalchemy", "cryptography")
    code = f"import sys, apps.cli; print([name for name in {late} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
