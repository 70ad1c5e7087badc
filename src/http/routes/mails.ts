import { route } from "../route.ts";
import { MailEntry, MailList, MailQuery } from "../schemas/mails.ts";

export const mailRoutes = [
  route({
    method: "GET",
    url: "/v1/mail/outbox",
    tag: "Mail",
    permission: "users.read",
    action: "mail.read",
    summary: "List mails of the last week, newest first",
    description:
      "Without a mail server (`mail.url`) they wait here, where `GET /v1/mail/outbox/{id}` shows them.",
    query: MailQuery,
    answer: MailList,
    handle: async ({ house, query }) => {
      const { mail } = house.identity;
      const items = await mail.list(query.to);
      return { isSending: mail.isSending, items: items.map(toApiMail) };
    },
  }),
  route({
    method: "GET",
    url: "/v1/mail/outbox/:id",
    tag: "Mail",
    permission: "users.manage",
    action: "mail.read",
    summary: "Show a mail",
    description:
      "With its text while no mail server is configured: an outbox for development. A platform that sends mail shows nobody what stands in it.",
    params: { id: "Id of the mail." },
    answer: MailEntry,
    handle: async ({ house, params }) => {
      const { mail } = house.identity;
      const entry = await mail.read(params.id);
      const isShown = !mail.isSending;
      return {
        ...toApiMail(entry),
        text: isShown ? entry.text : null,
        html: isShown ? entry.html : null,
      };
    },
  }),
];

function toApiMail(entry: {
  readonly id: string;
  readonly to: string;
  readonly kind: string;
  readonly locale: "en" | "fr";
  readonly subject: string;
  readonly status: "waiting" | "sent" | "failed";
  readonly attempts: number;
  readonly error: string | null;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
}) {
  return {
    id: entry.id,
    to: entry.to,
    kind: entry.kind,
    locale: entry.locale,
    subject: entry.subject,
    status: entry.status,
    attempts: entry.attempts,
    error: entry.error,
    createdAt: entry.createdAt.toISOString(),
    sentAt: entry.sentAt?.toISOString() ?? null,
    text: null,
    html: null,
  };
}
