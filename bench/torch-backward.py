"""GradCAM by run-time differentiation in torch, one thread: median CPU seconds of inference alone, of inference with a
full backward pass (as a framework does it: gradients of all parameters), and with autograd that stops at the target.

    python bench/torch-backward.py MODEL.onnx TARGET_TENSOR...      # prints JSON; needs torch and onnx2torch
"""

import json
import statistics
import sys
import time

import torch
from onnx2torch import convert

torch.set_num_threads(1)
RUNS, WARM_UP = 40, 5


def median(run):
    times = []
    for i in range(RUNS + WARM_UP):
        start = time.process_time()
        run()
        if i >= WARM_UP:
            times.append(time.process_time() - start)
    return statistics.median(times)


def grad_cam(activation, gradient):
    alpha = gradient.mean(dim=(2, 3), keepdim=True)
    return torch.relu((alpha * activation).sum(dim=1))


def main():
    path, *targets = sys.argv[1:]
    model = convert(path).eval()
    modules = dict(model.named_modules())
    import onnx

    dims = onnx.load(path).graph.input[0].type.tensor_type.shape.dim
    image = torch.sin(torch.arange(1, 1 + torch.tensor([max(d.dim_value, 1) for d in dims]).prod())).float()
    image = image.reshape([max(d.dim_value, 1) for d in dims])

    def inference():
        with torch.no_grad():
            model(image)

    result = {"inference": median(inference), "full": {}, "careful": {}}
    for target in targets:
        layer = modules[target.removesuffix("_output_0").replace(".", "/").lstrip("/")]
        kept = {}

        def keep(_, __, output):
            kept["activation"] = output

        handle = layer.register_forward_hook(keep)

        def full():
            model.zero_grad()
            scores = model(image)
            kept["activation"].retain_grad()
            scores[0, scores.argmax()].backward()
            grad_cam(kept["activation"].detach(), kept["activation"].grad)

        for parameter in model.parameters():
            parameter.requires_grad_(True)
        result["full"][target] = median(full)

        def cut(_, __, output):
            # Nothing before the target is recorded; autograd begins here.
            kept["activation"] = output.detach().requires_grad_(True)
            return kept["activation"]

        handle.remove()
        handle = layer.register_forward_hook(cut)
        for parameter in model.parameters():
            parameter.requires_grad_(False)

        def careful():
            scores = model(image)
            (gradient,) = torch.autograd.grad(scores[0, scores.argmax()], kept["activation"])
            grad_cam(kept["activation"].detach(), gradient)

        result["careful"][target] = median(careful)
        handle.remove()
    print(json.dumps(result))


main()
