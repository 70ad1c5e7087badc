/** Sends what is in the outbox and stops there: the test ends this process while a mail is on its way. */
import { createTenancy } from "../../src/start.ts";

const tenancy = await createTenancy({ env: process.env, cwd: process.cwd(), background: false });
process.stdout.write("ready\n");
await tenancy.internals.mail.run();
process.stdout.write("done\n");
await tenancy.close();
