// The same with relaxed SIMD: a runtime without it refuses the module.
export { matvecInt7 } from "./shared/int7";
