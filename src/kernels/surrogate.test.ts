import { surrogateContract } from "./surrogate.contract.js";
import { createSurrogateKernels, createSurrogateReference } from "./surrogate.js";

surrogateContract("the plain kernels of surrogate gradients", createSurrogateReference);
surrogateContract("the vector kernels of surrogate gradients", createSurrogateKernels);
