declare module "golws-wasm-base64" {
  const packed: string;
  export default packed;
}
