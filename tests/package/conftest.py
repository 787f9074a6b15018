import torch

torch.set_num_threads(1)  # small matrices lose more by handing work around than they gain
