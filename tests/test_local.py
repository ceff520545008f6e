"""Language models of transformers, by folder: tiny ones that the tests build and save; and which name means which."""

import json
import os
import socket
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from conftest import Plate
from explain_cases import SUPPORT, detection, disc, painted, surface
from fake_detector import FakeDetector
from test_cli import foil

from assistant import library
from assistant.inspection import inspect
from explain.evidence import Evidence
from explain.explanation import explain
from explain.gather import gather
from explain.language import Brief, Template
from explain.local import Local
from explain.narrators import language_model
from explain.remote import Remote
from fusion.errors import BadSetting
from fusion.sample import Sample

SPOKEN = "REJECT: the score is 7.31. Region 1 lies in upper right. It measures 142 px."
TEMPLATE = "{% for m in messages %}{{ m.role }}: {% if m.content is string %}{{ m.content }}{% else %}"
TEMPLATE += "{% for c in m.content %}{% if c.type == 'image' %} <image> {% else %}{{ c.text }}{% endif %}{% endfor %}"
TEMPLATE += "{% endif %} {% endfor %}assistant:"


def parrot(folder: Path, says: str = SPOKEN, ends: bool = True, sees: bool = False) -> Path:
    """Save a model that follows each word by the one after it in `says`, whatever it is asked."""
    import torch
    import transformers as hf
    from tokenizers import Tokenizer, models, pre_tokenizers

    chain = ["assistant:", *says.split(), *(["</s>"] if ends else [])]
    words = ["<unk>", "<image>", "</s>", *dict.fromkeys(w for w in chain if w != "</s>")]
    words += [f"<{n}>" for n in range(-len(words) % 8)]
    backend = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    special = {"unk_token": "<unk>", "eos_token": "</s>", "pad_token": "</s>", "chat_template": TEMPLATE}
    extra = {"extra_special_tokens": {"image_token": "<image>"}} if sees else {}
    tokenizer = hf.PreTrainedTokenizerFast(tokenizer_object=backend, **special, **extra)
    size = {"hidden_size": len(words), "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    text = hf.LlamaConfig(vocab_size=len(words), max_position_embeddings=8192, eos_token_id=2, pad_token_id=2, **size)
    if sees:
        vision = hf.CLIPVisionConfig(**(size | {"hidden_size": 8}), image_size=28, patch_size=14, projection_dim=8)
        model = hf.LlavaForConditionalGeneration(
            hf.LlavaConfig(vision_config=vision, text_config=text, image_token_index=1)
        )
        images = hf.CLIPImageProcessor(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28})
        hf.LlavaProcessor(
            images, tokenizer, patch_size=14, vision_feature_select_strategy="default", chat_template=TEMPLATE,
            num_additional_image_tokens=1,
        ).save_pretrained(folder)  # fmt: skip
    else:
        model = hf.LlamaForCausalLM(text)
        tokenizer.save_pretrained(folder)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "o_proj" in name or "down_proj" in name:  # attention and feed-forward add nothing: a word alone counts
                weight.zero_()
        model.get_input_embeddings().weight.copy_(torch.eye(len(words)))
        model.get_output_embeddings().weight.zero_()
        for one, then in pairwise(chain):
            model.get_output_embeddings().weight[words.index(then), words.index(one)] = 9
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def speaker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return parrot(tmp_path_factory.mktemp("models") / "parrot")


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    normal, mask = surface(), disc(300, 80, 20)
    return gather(Sample(painted(normal, mask, 40), name="a.png"), detection(normal, mask), {}, SUPPORT)


@pytest.mark.usefixtures("no_network")
def test_a_model_in_a_folder_streams_and_is_checked(speaker: Path, evidence: Evidence) -> None:
    model = Local(str(speaker))
    pieces = list(model.narrate(evidence, Brief()))
    assert "".join(pieces).split() == SPOKEN.split()
    assert len(pieces) > 3
    told = explain(evidence, model, Brief())
    assert told.text == "REJECT: the score is 7.31. Region 1 lies in upper right."
    assert told.removed == ("It measures 142 px.",)
    assert not model.sees


@pytest.mark.usefixtures("no_network")
def test_a_model_with_eyes_is_shown_the_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Local(str(parrot(tmp_path / "eyes", sees=True)))
    assert model.sees
    given = []
    monkeypatch.setattr(model, "_given", lambda *asked, real=model._given: given.append(real(*asked)) or given[-1])
    image = np.full((48, 64, 3), 120, np.uint8)
    image[20:26, 30:38] = 228
    result = inspect(Sample(image), FakeDetector(), language=model)
    assert result.verdict == "REJECT"
    assert given[0]["pixel_values"].shape[0] == 3  # the picture, its normal version, the numbered regions
    assert result.explanation.narrator == model.name


@pytest.mark.usefixtures("no_network")
def test_a_model_that_never_ends_is_left_in_time_and_can_be_asked_again(
    tmp_path: Path, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Local(str(parrot(tmp_path / "m", "so assistant:", ends=False)), patience=0.2)
    forward = model._model.forward

    def slow(*args: object, **kwargs: object) -> object:
        time.sleep(0.05)  # a word: on a busy machine, too, it is still talking when nobody listens any more
        return forward(*args, **kwargs)

    monkeypatch.setattr(model._model, "forward", slow)
    for _ in range(2):
        told = explain(evidence, model, Brief())
        assert told.text == explain(evidence, Template(), Brief()).text
        assert "was not done after 0.2 seconds" in told.note


@pytest.mark.usefixtures("no_network")
def test_a_model_that_breaks_leaves_the_templates_words(
    speaker: Path, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Local(str(speaker))

    def breaks(**_: object) -> None:
        raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr(model._model, "generate", breaks)
    told = explain(evidence, model, Brief())
    assert told.text == explain(evidence, Template(), Brief()).text
    assert "it failed: CUDA out of memory" in told.note


@pytest.mark.usefixtures("no_network")
def test_what_is_no_model_is_said_before_anything_is_inspected(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"the language model .* could not be loaded"):
        Local(str(tmp_path))


@pytest.mark.usefixtures("no_network")
def test_weights_are_held_as_the_name_says(speaker: Path, evidence: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    told = language_model(f"local:{speaker}#bf16")
    assert isinstance(told, Local)
    assert str(told._model.model.layers[0].self_attn.q_proj.weight.dtype) == "torch.bfloat16"
    assert "".join(told.narrate(evidence, Brief())) == SPOKEN
    with pytest.raises(BadSetting, match="'int4' is no way to hold weights; take auto, fp32"):
        language_model(f"local:{speaker}#int4")
    monkeypatch.setattr("explain.local.find_spec", lambda _: None)
    with pytest.raises(BadSetting, match=r"pip install 'foil\[int8\]'"):
        language_model(f"local:{speaker}#int8")


@pytest.mark.slow
@pytest.mark.usefixtures("no_network")
def test_weights_in_int8_speak_as_well(speaker: Path, evidence: Evidence) -> None:
    """With `pip install 'foil[int8]'`: transformers imports it wherever it is, which costs each process a second."""
    pytest.importorskip("torchao")
    told = language_model(f"local:{speaker}#int8")
    assert isinstance(told, Local)
    assert str(told._model.model.layers[0].self_attn.q_proj.weight.qdata.dtype) == "torch.int8"
    assert "".join(told.narrate(evidence, Brief())) == SPOKEN


def test_a_name_means_a_narrator() -> None:
    assert isinstance(language_model("template"), Template)
    found = language_model("https://here/v1#qwen3:4b", 9, send_pictures=True, key="k")
    assert found == Remote("https://here/v1", "qwen3:4b", 9, True, "k")
    for wrong in ("gpt", "http://here/v1", "http://user:pass@here/v1#m", "ftp://here#m", "http://here/v1?x=1#m"):
        with pytest.raises(BadSetting, match=r"http\(s\)://HOST/v1#MODEL"):
            language_model(wrong)


@pytest.mark.usefixtures("fake_core", "no_network")
def test_the_command_line_takes_a_model_an_audience_and_a_length(
    speaker: Path, plate: Plate, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.save(FakeDetector("gasket", card={"created": "2026", "fingerprint": "f"}), "gasket")
    path = plate("new.png", spot=228)
    short = foil("inspect", path, "--audience", "operator", "--length", "short", code=20).output
    assert "REJECT: set this part aside." in short
    line = json.loads(foil("inspect", path, "--json", "--language", f"local:{speaker}", code=20).output)
    assert line["verdict"] == "REJECT"
    assert line["narrator"]["narrator"] == str(speaker)
    assert "It measures 142 px." in line["narrator"]["removed"]
    monkeypatch.setenv("FOIL_LANGUAGE", "http://127.0.0.1:9/v1#m")
    told = " ".join(foil("inspect", path, code=20).output.split())
    assert "these are the template's words: nothing answers at http://127.0.0.1:9/v1" in told
    assert "is no language model" in foil("inspect", path, "--language", "gpt", code=2).stderr


@pytest.mark.slow
def test_transformers_serve_speaks_as_well(speaker: Path, evidence: Evidence) -> None:
    """Against a real server of transformers on a saved model; it takes pip install 'transformers[serving]'."""
    pytest.importorskip("openai")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "transformers"), "serve", "--host", "127.0.0.1", "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen([*command, "--device", "cpu"], env=os.environ | {"HF_HUB_OFFLINE": "1"}, **quiet)
    try:
        remote = Remote(f"http://127.0.0.1:{port}/v1", str(speaker), 60.0)
        for _ in range(60):
            told = explain(evidence, remote, Brief())
            if "nothing answers" not in told.note:
                break
            time.sleep(1)
        assert told.text == "REJECT: the score is 7.31. Region 1 lies in upper right."
        assert told.removed == ("It measures 142 px.",)
    finally:
        server.terminate()
        server.wait(timeout=20)
