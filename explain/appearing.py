"""What kinds of defect look like to a network: `python -m explain.appearing` teaches it on products to practise on.

Defects are painted, a closed-form detector marks each, and the network sees what is marked as it will see any region.
It takes an hour. `python -m explain.kinds` must follow, since it measures with this network.
"""

import numpy as np

from explain.difference import measured
from explain.kinds import marked
from explain.naming import measures
from fusion.appearance import view
from fusion.appearance_training import save, taught
from fusion.practice import defects_on, told
from fusion.synthesis import KINDS

DEFECTS, FEWER = 1000, 100  # on each of the example products, and of those that nobody makes
SEED = 21  # not that of `explain.kinds`: distances are learnt on regions that the network never saw
TAUGHT = 22  # seed of the teaching


def main() -> None:
    views, known, kinds = [], [], []
    for product, defects in defects_on(DEFECTS, FEWER).items():
        for one in marked(product, SEED, defects, told):
            views.append(view(one.image, one.detection, one.spot.bbox, one.spot.mask))
            known.append(measures(measured(one.image, one.detection, [one.spot])[0]))
            kinds.append(KINDS.index(one.kind))
    save(taught(np.stack(views), np.stack(known), np.array(kinds), TAUGHT, told))


if __name__ == "__main__":
    main()
