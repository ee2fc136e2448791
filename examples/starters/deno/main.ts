/** The gradient of a function, and the gradient of that. `deno run --unstable-webgpu --allow-all main.ts` */
import { close, grad, init, tensor } from "ganvas";

const { description, vendor } = await init();
console.log(`on ${description || vendor}`);

const x = tensor([-1, 0, 0.5, 2]);
const y = x.pow(3).sum();
const [slope] = grad(y, [x]); // 3 x²
const [bend] = grad(slope.sum(), [x]); // 6 x
console.log(`slope ${[...(await slope.data())]}`);
console.log(`bend ${[...(await bend.data())]}`);
await close();
