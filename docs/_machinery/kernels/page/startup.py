"""Runs in each page's kernel before its first cell: how figures look, and how they are shown."""

import copy
import html
import json

import plotly.io as pio
from plotly.io.base_renderers import MimetypeRenderer

from gdinverse import figures  # registers the template, too

FIGURE = """<figure class="{classes}">
<p class="gd-claim">{claim}</p>
<div class="gd-plot" data-search-exclude role="img" aria-label="{alt}" data-figure="{figure}">
{drawing}
</div>
<figcaption>{caption}</figcaption>
</figure>"""


class PageRenderer(MimetypeRenderer):
    """The figure as HTML with a drawing for the page, as plotly's own type for the notebook."""

    def to_mimebundle(self, fig_dict):
        figure = json.loads(pio.to_json(fig_dict, validate=False, remove_uids=True))
        return {"text/html": as_html(figure), "application/vnd.plotly.v1+json": figure}


def as_html(figure):
    """Write claim and caption as text of the page: a plotly title neither wraps nor is found."""
    figure = copy.deepcopy(figure)
    if not figure["data"]:
        raise ValueError("this figure has no traces: nothing would be drawn")
    layout = figure["layout"]
    meta = layout.get("meta", {})
    claim = layout.pop("title", {}).get("text")
    alt, caption = meta.pop("alt", None), meta.pop("caption", None)
    for name, text in {"title": claim, "meta alt": alt, "meta caption": caption}.items():
        if not text:
            raise ValueError(f"this figure has no {name}: see gdinverse.figures")
    classes = f"gd-figure {meta.pop('class', '')}".strip()
    if not meta:
        layout.pop("meta")
    return FIGURE.format(
        classes=classes,
        claim=claim,
        alt=html.escape(alt),
        figure=html.escape(json.dumps(figure, separators=(",", ":"))),
        drawing=figures.svg(figure),
        caption=caption,
    )


pio.templates.default = "gdinverse"
pio.renderers["page"] = PageRenderer()
pio.renderers.default = "page"
