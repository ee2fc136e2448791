/** Tests import small weight files as their bytes. */
declare module "*.safetensors" {
  const bytes: Uint8Array;
  export default bytes;
}

/** Every `.wgsl` file is imported as its text (esbuild's text loader; a small plugin in vitest). */
declare module "*.wgsl" {
  const source: string;
  export default source;
}
