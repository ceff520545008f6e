"""Detectors of the small products, fitted once a run; a test file asks by `pytest_plugins = ["core_fixtures"]`."""

from collections.abc import Iterator

import pytest
from core_cases import DRAW, FEW, GOODS, quick_fit, write_goods

from fusion.detector import Detector
from fusion.item import Item
from fusion.threads import one_thread


@pytest.fixture(scope="session")
def goods(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Item]]:
    """Good pictures of each product, on disk."""
    root = tmp_path_factory.mktemp("goods")
    return {product: write_goods(root / product, product, GOODS) for product in DRAW}


@pytest.fixture(scope="session")
def detectors(goods: dict[str, list[Item]]) -> dict[str, Detector]:
    """A detector for each product, fitted once."""
    return {product: quick_fit(items, product) for product, items in goods.items()}


@pytest.fixture(scope="session")
def memory_detector(goods: dict[str, list[Item]]) -> Detector:
    """A detector whose denoiser is a memory of normals."""
    return quick_fit(goods["plate"][:FEW], "memory", cells=144, method="memory")


@pytest.fixture
def single_thread() -> Iterator[None]:
    """Compute as the detector does: small matrices lose more to threads waiting for each other than they gain."""
    with one_thread():
        yield
