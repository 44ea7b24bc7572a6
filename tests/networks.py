"""Networks of pairs for the tests of their adjustment."""

import itertools

import numpy as np


def chain(count, reach):
    return [(j, i) for i, j in itertools.combinations(range(count), 2) if j - i <= reach]


def with_a_wrong_pair(seed, count, pair, by):
    """Pairs of a chain with three neighbours each, offsets, shifts, and which of them is wrong."""
    random = np.random.default_rng(seed)
    pairs = chain(count, 3)
    truth = random.normal(0, 6, count)
    shifts = measured(random, truth, pairs, 0.3, 0.3)
    wrong = pairs.index(pair)
    shifts[wrong] += by
    return pairs, truth, shifts, wrong


def measured(random, truth, pairs, sigma, scene_share):
    """Shifts of pairs whose errors are partly those of their scenes."""
    own = random.normal(0, sigma * np.sqrt(0.5 * scene_share), len(truth))
    pair = random.normal(0, sigma * np.sqrt(1 - scene_share), len(pairs))
    scenes = truth + own
    return np.array([scenes[r] - scenes[s] for r, s in pairs]) + pair
