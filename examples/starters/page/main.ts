/**
 * A network in a page learns to move points of noise onto a circle, and the page shows it.
 * `npx esbuild main.ts --bundle --format=esm --splitting --outdir=. --minify`, then put the folder on any web server.
 */
import { Adam, init, Linear, manualSeed, randn, relu, Sequential } from "ganvas";

const says = document.querySelector("#says") as HTMLElement;
const plane = (document.querySelector("#plane") as HTMLCanvasElement).getContext("2d");

/** Points [n, 2], row by row, within ± 2. */
function draw(points: ArrayLike<number>): void {
  if (!plane) return;
  plane.clearRect(0, 0, 400, 400);
  for (let k = 0; k < points.length; k += 2)
    plane.fillRect(200 + 100 * (points[k] as number), 200 + 100 * (points[k + 1] as number), 2, 2);
}

async function main(): Promise<void> {
  const { description, vendor } = await init();
  manualSeed(1);
  const net = new Sequential(new Linear(2, 32), relu, new Linear(32, 2));
  const adam = new Adam(net.parameters(), { lr: 1e-2 });
  const shown = randn([500, 2]).keep();
  for (let step = 0; step <= 300; step++) {
    const radius = net.forward(randn([256, 2])).norm(1);
    const loss = radius.sub(1).square().mean();
    adam.minimize(loss);
    if (step % 10 > 0) continue;
    // Reading waits for the device: every tenth step, and the page stays alive meanwhile.
    draw(await net.forward(shown).data());
    says.textContent = `${description || vendor}: step ${step}, loss ${(await loss.item()).toFixed(4)}`;
  }
}

main().catch((error: unknown) => {
  says.textContent = error instanceof Error ? error.message : String(error);
});
