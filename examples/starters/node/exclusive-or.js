// A network learns what no straight line tells apart. `node exclusive-or.js`
import { Adam, Linear, manualSeed, mse, Sequential, tanh, tensor } from "ganvas";

manualSeed(1);
const x = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const y = tensor([[0], [1], [1], [0]]);

const net = new Sequential(new Linear(2, 16), tanh, new Linear(16, 1));
const adam = new Adam(net.parameters(), { lr: 0.05 });
for (let step = 0; step < 200; step++) adam.minimize(mse(net.forward(x), y));

const answers = await net.forward(x).data();
console.log(Array.from(answers, (answer) => answer.toFixed(2)).join(" "));
