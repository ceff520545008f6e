"""What kinds of defect look like to a network: `python -m explain.appearing` teaches it on the example products.

Defects are painted, a closed-form detector marks each, and the network sees what is marked as it will see any region.
It takes half an hour. `python -m explain.kinds` must follow, since it measures with this network.
"""

import numpy as np

from explain.difference import measured
from explain.kinds import marked
from explain.naming import measures
from fusion.appearance import view
from fusion.appearance_training import save, taught
from fusion.example.write import PRODUCTS
from fusion.outlining import told
from fusion.synthesis import KINDS

DEFECTS = 1600  # of each product
SEED = 21  # not that of `explain.kinds`: distances are learnt on regions that the network never saw


def main() -> None:
    views, known, kinds = [], [], []
    for product in PRODUCTS:
        for one in marked(product, SEED, DEFECTS, told):
            views.append(view(one.image, one.detection, one.spot.bbox, one.spot.mask))
            known.append(measures(measured(one.image, one.detection, [one.spot])[0]))
            kinds.append(KINDS.index(one.kind))
    save(taught(np.stack(views), np.stack(known), np.array(kinds), SEED, told))


if __name__ == "__main__":
    main()
