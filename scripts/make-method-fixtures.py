"""Makes test/fixtures/methods: answers of pytorch-grad-cam and Captum on three oracle networks.

The ONNX files are converted to torch modules by onnx2torch and run in float64, so that the answers are exact to
float32. Not needed to build or test Camber; run it to make the fixtures again:

    python -m venv /tmp/methods && /tmp/methods/bin/pip install torch grad-cam captum onnx2torch onnx
    /tmp/methods/bin/python scripts/make-method-fixtures.py

Per network `NAME.json` lists the answers, each with the offset (in float32 values) of its numbers in `NAME.bin`:
`map` is the raw map [H, W] before any normalisation (ReLU of the weighted sum), `attribution` is [C, H, W].
"""

import json
import pathlib

import numpy as np
import torch
from captum.attr import Deconvolution, GuidedBackprop, Saliency
from onnx2torch import convert
from pytorch_grad_cam import GradCAM, GradCAMPlusPlus, HiResCAM, LayerCAM, XGradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

ROOT = pathlib.Path(__file__).resolve().parent.parent
ORACLES = ROOT / "test/fixtures/oracles"
OUT = ROOT / "test/fixtures/methods"

# Network -> target tensors. onnx2torch names the module that makes a tensor after its ONNX node.
NETWORKS = {
    "resnet8_bn_kept": ["/r2_2/Relu_output_0", "/r2_1/Relu_output_0", "/c2_2/Conv_output_0"],
    "vgg_small_fc": ["/f/f.11/Relu_output_0", "/f/f.3/Relu_output_0", "/f/f.7/Conv_output_0"],
    "densenet_small": ["/relu/Relu_output_0", "/f/f.3/f.3.3/AveragePool_output_0", "/f/f.9/c2/Conv_output_0"],
}
CAMS = {
    "gradcam": GradCAM,
    "gradcam++": GradCAMPlusPlus,
    "xgradcam": XGradCAM,
    "hirescam": HiResCAM,
    "layercam": LayerCAM,
}
ATTRIBUTIONS = {"saliency": Saliency, "guided-backprop": GuidedBackprop, "deconvolution": Deconvolution}


def raw_map(method, model, layer, image, cls):
    """The map of one layer as the package computes it, before it is scaled to [0, 1] and resized."""
    targets = [ClassifierOutputTarget(cls)]
    with method(model=model, target_layers=[layer]) as cam:
        cam(input_tensor=image, targets=targets)
        activations = cam.activations_and_grads.activations[0].numpy()
        gradients = cam.activations_and_grads.gradients[0].numpy()
        result = cam.get_cam_image(image, layer, targets, activations, gradients, False)
    return np.maximum(result, 0)[0]


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for name, tensors in NETWORKS.items():
        folder = ORACLES / name
        oracle = json.loads((folder / "oracle.json").read_text())
        model = convert(str(folder / "model.onnx")).double().eval()
        modules = dict(model.named_modules())
        numbers, answers = [], []

        def keep(**answer):
            values = answer.pop("values").astype(np.float32).ravel()
            answers.append({**answer, "offset": sum(len(n) for n in numbers), "length": len(values)})
            numbers.append(values)

        for entry in oracle["inputs"]:
            image = torch.from_numpy(np.fromfile(folder / entry["input"], np.float32).reshape(entry["shape"])).double()
            for cls in sorted({cam["cls"] for cam in entry["cams"]})[:2]:
                where = {"input": entry["input"], "class": int(cls)}
                for tensor in tensors:
                    layer = modules[tensor.removesuffix("_output_0").replace(".", "/")[1:]]
                    for method, cls_of_method in CAMS.items():
                        keep(**where, method=method, target=tensor, values=raw_map(cls_of_method, model, layer, image, cls))
                for method, attribution in ATTRIBUTIONS.items():
                    probe = image.clone().requires_grad_(True)
                    result = attribution(model).attribute(probe, target=int(cls)).detach().numpy()[0]
                    keep(**where, method=method, values=result)
        np.concatenate(numbers).tofile(OUT / f"{name}.bin")
        versions = {"torch": torch.__version__}
        (OUT / f"{name}.json").write_text(json.dumps({"made_with": versions, "answers": answers}, indent=1) + "\n")
        print(name, len(answers), "answers")


main()
