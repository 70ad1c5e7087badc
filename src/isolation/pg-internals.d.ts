/** The value mapper of node-postgres, so that values are written exactly as `pg` writes them. */
declare module "pg/lib/utils.js" {
  const utils: { prepareValue(value: unknown): string | Buffer | null };
  export default utils;
}
