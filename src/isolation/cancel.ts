import pg from "pg";

/**
 * Asks the server to cancel what a connection runs, by the protocol's CancelRequest, which needs no session of its
 * own and passes through PgBouncer. Whether it hit shows on the connection: SQLSTATE 57014 or a normal answer.
 */
export function cancelBackend(target: pg.Client, config: pg.ClientConfig): Promise<void> {
  // The members used here are node-postgres' own, not shown by @types/pg.
  const { processID, secretKey, host, port } = target as unknown as Record<string, number> & { host: string };
  if (processID === undefined || processID === null) return Promise.resolve();
  const carrier = new pg.Client(config);
  const connection = (carrier as unknown as { connection: WireConnection }).connection;
  return new Promise((resolve) => {
    const send = () => connection.cancel(processID, secretKey);
    connection.once(config.ssl ? "sslconnect" : "connect", send);
    if (config.ssl) connection.once("connect", () => connection.requestSsl());
    connection.on("error", () => resolve());
    connection.once("end", () => resolve());
    if (host.startsWith("/")) connection.connect(`${host}/.s.PGSQL.${port}`);
    else connection.connect(port, host);
  });
}

interface WireConnection {
  cancel(processId: number | undefined, secretKey: number | undefined): void;
  requestSsl(): void;
  connect(portOrPath: number | string | undefined, host?: string): void;
  on(event: string, listener: () => void): void;
  once(event: string, listener: () => void): void;
}
