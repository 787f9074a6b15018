# %% [markdown]
# ---
# given: [0.5]
# ---
# # A sample page
#
# A [link to a section](#math) and `code`.

# %%
import plotly.graph_objects as go
import torch

x = torch.linspace(0, 1, 50)
total = float(x.sum())
total

# %% [markdown]
# The sum is {{= total : .3f }}, and `{{= x.numel() }}` numbers. From here:
# {{= series/0-sample#total : .1f }}.

# %%
print("a < b & c > d")
figure = go.Figure(go.Scatter(x=x.numpy(), y=(x**2).numpy(), name="square"))
figure.update_layout(
    title_text="The square grows",
    meta={"alt": "A parabola from 0 to 1.", "caption": "x & x<sup>2</sup>"},
)
figure

# %% [markdown]
# ## Math
# Inline $a < b \& \sigma_{1}$ and
#
# $$
# \begin{aligned}
# M X &= I \\
# \ell(X) &= \frac{1}{n^2} \lVert X M - I \rVert_F^2
# \end{aligned}
# $$
#
# !!! think "Pause to think"
#     What is $x^2$ at `0.5`?
#
# ??? predict "Predict first: what?"
#     This.

# %%
values = {"total": total, "name": "a"}
