namespace Assay.Learning;

public static partial class Functional
{
    /// <summary>Convolution (cross-correlation, as in PyTorch) of images with kernels.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <param name="weight">[out, channels, kernelHeight, kernelWidth].</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="stride">Distance of neighbouring places of the kernel, at least 1.</param>
    /// <param name="padding">Zeros around the image on each side, at least 0.</param>
    /// <returns>[batch, out, (height + 2 padding - kernelHeight) / stride + 1, likewise for the width].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Conv2d(Tensor x, Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0)
    {
        if (weight.Rank != 4 || x.Rank != 4 || weight.Shape[1] != x.Shape[1])
            throw x.ShapeError(
                "Conv2d",
                weight,
                "images are [batch, channels, height, width] and weights [out, channels, height, width]"
            );
        ConvolutionShape shape = ConvolutionShape.Of("Conv2d", x, weight.Shape[2], weight.Shape[3], stride, padding);
        Tensor y = Convolution.Forward(shape, x, weight);
        if (bias is null)
            return y;
        if (bias.Rank != 1 || bias.Length != weight.Shape[0])
            throw weight.ShapeError("Conv2d", bias, "the bias is [out]");
        return y + bias.ReshapeTo([bias.Length, 1, 1]);
    }
}

/// <summary>The three products of a convolution. Each is linear in two tensors, and its gradients are the other two.</summary>
internal static class Convolution
{
    public static Tensor Forward(ConvolutionShape shape, Tensor x, Tensor w)
    {
        int outputs = w.Shape[0];
        Tensor y = Tensor.Create([shape.Batch, outputs, shape.OutHeight, shape.OutWidth]);
        ConvolutionKernel.Forward(shape, outputs, x, w, y);
        return Tensor.Records(x, w) ? y.From(new ConvolutionNode(shape, x, w)) : y;
    }

    public static Tensor InputGradient(ConvolutionShape shape, Tensor dy, Tensor w)
    {
        Tensor dx = Tensor.Create([shape.Batch, shape.Channels, shape.Height, shape.Width]);
        ConvolutionKernel.InputGradient(shape, w.Shape[0], dy, w, dx, accumulate: false);
        return Tensor.Records(dy, w) ? dx.From(new ConvolutionInputNode(shape, dy, w)) : dx;
    }

    public static Tensor WeightGradient(ConvolutionShape shape, Tensor dy, Tensor x)
    {
        int outputs = dy.Shape[1];
        Tensor dw = Tensor.Create([outputs, shape.Channels, shape.KernelHeight, shape.KernelWidth]);
        ConvolutionKernel.WeightGradient(shape, outputs, dy, x, dw, accumulate: false);
        return Tensor.Records(dy, x) ? dw.From(new ConvolutionWeightNode(shape, dy, x)) : dw;
    }
}

/// <summary>y = x * w.</summary>
internal sealed class ConvolutionNode(ConvolutionShape shape, Tensor x, Tensor w) : BinaryNode(x.Save(), w.Save())
{
    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        bool wantsX = pass.Wants(A),
            wantsW = pass.Wants(B);
        if (pass.CreateGraph)
        {
            if (wantsX)
                pass.Add(A, Convolution.InputGradient(shape, gradient, B));
            if (wantsW)
                pass.Add(B, Convolution.WeightGradient(shape, gradient, A));
            return;
        }
        if (wantsX)
        {
            Tensor target = pass.Target(A, out bool accumulate);
            ConvolutionKernel.InputGradient(shape, B.Shape[0], gradient, B, target, accumulate);
        }
        if (wantsW)
        {
            Tensor target = pass.Target(B, out bool accumulate);
            ConvolutionKernel.WeightGradient(shape, B.Shape[0], gradient, A, target, accumulate);
        }
    }
}

/// <summary>dx from dy and w.</summary>
internal sealed class ConvolutionInputNode(ConvolutionShape shape, Tensor dy, Tensor w)
    : BinaryNode(dy.Save(), w.Save())
{
    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        if (pass.Wants(A))
            pass.Add(A, Convolution.Forward(shape, gradient, B));
        if (pass.Wants(B))
            pass.Add(B, Convolution.WeightGradient(shape, A, gradient));
    }
}

/// <summary>dw from dy and x.</summary>
internal sealed class ConvolutionWeightNode(ConvolutionShape shape, Tensor dy, Tensor x)
    : BinaryNode(dy.Save(), x.Save())
{
    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        if (pass.Wants(A))
            pass.Add(A, Convolution.Forward(shape, B, gradient));
        if (pass.Wants(B))
            pass.Add(B, Convolution.InputGradient(shape, A, gradient));
    }
}
