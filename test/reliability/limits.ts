/** The smallest adapter that WebGPU allows, in the place of the one that is there: for whoever opens a device from now on. */

/** The specification's default limits of what the engine asks for more of. */
const LEAST: Readonly<Record<string, number>> = {
  maxBufferSize: 268_435_456,
  maxStorageBufferBindingSize: 134_217_728,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupStorageSize: 16_384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupSizeY: 256,
};

/** @returns what gives adapters their own limits again; the device has to be closed before and after */
export function useLeastLimits(): () => void {
  const { prototype } = GPU;
  const original = prototype.requestAdapter;
  prototype.requestAdapter = async function (options) {
    const adapter = await original.call(this, options);
    if (!adapter) return adapter;
    const { limits } = adapter;
    const value = new Proxy(limits, {
      get: (own, name) => LEAST[String(name)] ?? Reflect.get(own, name, own),
    });
    return Object.defineProperty(adapter, "limits", { value });
  };
  return () => {
    prototype.requestAdapter = original;
  };
}
