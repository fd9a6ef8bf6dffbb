/** The part of Bottleneck without clusters, which ships no types of its own. */
declare module "bottleneck/light.js" {
  export { default } from "bottleneck";
}
