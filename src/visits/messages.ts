import type { Message } from "../mail/message.ts";

/** To the owners of a tenant. */
export function visitRequested(
  locale: "en" | "fr",
  visit: {
    readonly tenant: { readonly name: string };
    readonly operator: { readonly name: string };
    readonly scope: "read" | "write";
    readonly reason: string;
    readonly durationMinutes: number;
  },
  url: string,
): Message {
  const { tenant, operator, scope, reason, durationMinutes } = visit;
  return locale === "fr"
    ? {
        subject: `L’assistance demande à agir dans ${tenant.name}`,
        paragraphs: [
          `${operator.name}, de l’assistance, demande à agir dans ${tenant.name} pendant ${durationMinutes} minutes, ${scope === "read" ? "en lecture seule" : "en lecture et en écriture"}.`,
          `Raison donnée : ${reason}`,
        ],
        action: { label: "Accepter ou refuser", url },
        after: ["Sans votre accord, rien n’est ouvert. Vous pouvez mettre fin à une visite à tout moment."],
      }
    : {
        subject: `Support asks to act in ${tenant.name}`,
        paragraphs: [
          `${operator.name} of support asks to act in ${tenant.name} for ${durationMinutes} minutes, ${scope === "read" ? "reading only" : "reading and writing data"}.`,
          `The reason given: ${reason}`,
        ],
        action: { label: "Consent or decline", url },
        after: ["Without your consent nothing is open. You can end a visit at any time."],
      };
}
