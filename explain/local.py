"""A model of transformers in this process, by folder or hub id; one that looks at pictures may look at them."""

import threading
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

from explain.evidence import Evidence
from explain.instructions import messages
from explain.language import Brief
from explain.tool_calls import Message, Tool, ToolCall, call_in_text
from fusion.errors import BadModel, BadSetting, loading
from fusion.hub import quietly

TOKENS = 400  # of an answer
DTYPES = {"auto": "auto", "fp32": "float32", "bf16": "bfloat16", "fp16": "float16", "int8": "auto"}  # as they are named
WAITING = 8  # others may be before us, each with patience of its own


class Local:
    """Loads at once, so that a wrong name is said before anything is inspected; speaks to one at a time.

    `dtype` is one of DTYPES: auto is as the weights were saved, int8 takes half the memory of bf16.
    """

    def __init__(self, where: str, patience: float = 120.0, dtype: str = "auto", device_map: str = "auto") -> None:
        if dtype not in DTYPES:
            raise BadSetting(f"{dtype!r} is no way to hold weights; take {', '.join(DTYPES)}, as in local:{where}#bf16")
        if dtype == "int8" and find_spec("torchao") is None:
            raise BadSetting("weights in int8 need torchao; pip install 'foil[int8]', or take #bf16")
        self.name, self.patience = where, patience
        advice = "Name a folder or an id of the hub that holds a causal or image-text model of transformers"
        with loading(f"the language model {where!r}", advice), quietly():
            self.sees, self._processor, self._model = _load(where, dtype, device_map)
        self._turn = threading.Lock()

    def narrate(self, evidence: Evidence, brief: Brief) -> Iterator[str]:
        """Wait for our turn, then return the answer's words as they come; a closed generator ends the generation."""
        if not self._turn.acquire(timeout=WAITING * self.patience):
            raise BadModel("it is busy with others; take a faster one")
        return self._speak(messages(evidence, brief), brief)

    def choose(self, asked: Sequence[Message], tools: Sequence[Tool]) -> ToolCall | None:
        """Return the call that a question means; None if it chose none; raise BadModel where it could not be asked."""
        if not self._turn.acquire(timeout=self.patience):
            raise BadModel("it is busy with others; take a faster one")
        end = time.monotonic() + self.patience
        try:
            given = self._inputs([dict(message) for message in asked], tools=list(tools))
            said = self._model.generate(
                **given,
                max_new_tokens=TOKENS,
                do_sample=False,
                stopping_criteria=[lambda *_, **__: time.monotonic() > end],
            )
            new = said[0, given["input_ids"].shape[1] :]
            return call_in_text(self._processor.decode(new, skip_special_tokens=True))
        except Exception as error:  # whatever a foreign model brings up ends its answer, not the conversation
            raise BadModel(f"it failed: {error}") from error
        finally:
            self._turn.release()

    def _speak(self, asked: list[dict[str, Any]], brief: Brief) -> Iterator[str]:
        from transformers import TextIteratorStreamer

        stop, end, failed = threading.Event(), time.monotonic() + self.patience, list[Exception]()
        tokenizer = getattr(self._processor, "tokenizer", self._processor)
        streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, timeout=self.patience, skip_special_tokens=True)

        def enough(*_: Any, **__: Any) -> bool:
            return stop.is_set() or time.monotonic() > end

        def generate() -> None:
            try:
                given = self._given(asked, brief)
                self._model.generate(
                    **given, streamer=streamer, max_new_tokens=TOKENS, do_sample=False, stopping_criteria=[enough]
                )
            except Exception as error:  # whatever a foreign model brings up ends its answer, not the inspection
                failed.append(error)
                streamer.end()

        speaking = threading.Thread(target=generate, name=f"model {self.name}", daemon=True)
        speaking.start()
        try:
            yield from streamer
        finally:
            stop.set()
            speaking.join(timeout=self.patience)
            self._turn.release()
        if failed:
            raise failed[0]

    def _given(self, asked: list[dict[str, Any]], brief: Brief) -> Any:
        """Return the model's inputs: the conversation by its own chat template, with pictures for one that sees."""
        if self.sees:
            shown = [{"type": "image", "base64": b64encode(png).decode()} for png in brief.pictures.values()]
            asked = [{**message, "content": [{"type": "text", "text": message["content"]}]} for message in asked]
            asked[-1]["content"] = shown + asked[-1]["content"]
        return self._inputs(asked)

    def _inputs(self, asked: list[dict[str, Any]], **more: Any) -> Any:
        given = self._processor.apply_chat_template(
            asked, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt", **more
        )
        return given.to(self._model.device)


def _load(where: str, dtype: str, device_map: str) -> tuple[bool, Any, Any]:
    """Return whether a model looks at pictures, what prepares its inputs, and the model; no code of a file is run."""
    from transformers import (
        AutoConfig,
        AutoModelForCausalLM,
        AutoModelForImageTextToText,
        AutoProcessor,
        AutoTokenizer,
    )
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES as SEEING

    sees = AutoConfig.from_pretrained(where).model_type in SEEING
    processor = (AutoProcessor if sees else AutoTokenizer).from_pretrained(where)
    kind = AutoModelForImageTextToText if sees else AutoModelForCausalLM
    held: dict[str, Any] = {"dtype": DTYPES[dtype]}
    if dtype == "int8":
        from torchao.quantization import Int8WeightOnlyConfig
        from transformers import TorchAoConfig

        held["quantization_config"] = TorchAoConfig(Int8WeightOnlyConfig())
    model = kind.from_pretrained(where, device_map=device_map, use_safetensors=True, **held).eval()
    if not getattr(processor, "chat_template", None):
        raise ValueError("it has no chat template, so it can't be asked anything")
    return sees, processor, model
