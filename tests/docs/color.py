"""Contrast, simulated color blindness and perceived difference of colors, for the tests.

Sources: WCAG 2.2 for the contrast; Machado, Oliveira & Fernandes (2009), A physiologically-based
model for simulation of color vision deficiency, table 1, severity 1.0; Sharma, Wu & Dalal (2005),
The CIEDE2000 color-difference formula: implementation notes, for the difference.
"""

import numpy as np

VISIONS = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = XYZ.sum(axis=1)


def linear(color):
    """Linear red, green and blue of "#rrggbb"."""
    value = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """The ratio of WCAG, from 1 to 21."""
    low, high = sorted(float(linear(color) @ XYZ[1]) + 0.05 for color in (one, other))
    return high / low


def lab(color, vision="normal"):
    """CIELAB of a color as somebody with this vision sees it."""
    seen = np.clip(VISIONS[vision] @ linear(color), 0, 1)
    ratio = XYZ @ seen / WHITE
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one, other):
    """CIEDE2000 between two colors in CIELAB; about 1 is barely visible."""
    chroma7 = ((np.hypot(*one[1:]) + np.hypot(*other[1:])) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(chroma7 / (chroma7 + 25.0**7))
    L, a, b = np.stack([one, other]).T
    a = a * stretch
    C, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    turn = (hue[1] - hue[0] + 180) % 360 - 180 if C.prod() else 0.0
    dL, dC = L[1] - L[0], C[1] - C[0]
    dH = 2 * np.sqrt(C.prod()) * np.sin(np.radians(turn / 2))
    L_mean, C_mean = L.mean(), C.mean()
    h = np.radians(hue[0] + turn / 2) if C.prod() else np.radians(hue.sum())
    T = (
        1
        - 0.17 * np.cos(h - np.radians(30))
        + 0.24 * np.cos(2 * h)
        + 0.32 * np.cos(3 * h + np.radians(6))
        - 0.20 * np.cos(4 * h - np.radians(63))
    )
    S_L = 1 + 0.015 * (L_mean - 50) ** 2 / np.sqrt(20 + (L_mean - 50) ** 2)
    S_C, S_H = 1 + 0.045 * C_mean, 1 + 0.015 * C_mean * T
    rotation = 60 * np.exp(-((((np.degrees(h) % 360) - 275) / 25) ** 2))
    R_T = -2 * np.sqrt(C_mean**7 / (C_mean**7 + 25.0**7)) * np.sin(np.radians(rotation))
    x, y, z = dL / S_L, dC / S_C, dH / S_H
    return float(np.sqrt(x**2 + y**2 + z**2 + R_T * y * z))
