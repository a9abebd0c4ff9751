// The products of int8 by 0 to 127 with fixed-width SIMD.
export { matvecInt7 } from "./shared/int7";
