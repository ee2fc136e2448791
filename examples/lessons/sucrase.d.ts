/** Files of sucrase that its types do not name: one form of the package for pages and Node. */
declare module "sucrase/dist/index.js" {
  export * from "sucrase";
}
declare module "sucrase/dist/parser/index.js" {
  export * from "sucrase/dist/types/parser/index";
}
