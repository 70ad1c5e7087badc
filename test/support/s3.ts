// @ts-expect-error it has no types
import S3rver from "s3rver";

export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  readonly bucket: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A server of the S3 dialect on a free loopback port, with one empty bucket. It cannot list or end uploads in parts. */
export async function startS3(folder: string): Promise<S3Server> {
  const bucket = "tenancy";
  const server = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory: folder,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await server.run();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    credentials: { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" },
    [Symbol.asyncDispose]: () => server.close(),
  };
}
