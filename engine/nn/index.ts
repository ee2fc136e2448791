/** Networks and what they are made of. */
export * from "./init.ts";
export * from "./layers.ts";
export * from "./losses.ts";
export { Module, Weight } from "./module.ts";
