/** What a mail says, before it has a form. Everything is plain text; the forms escape it. */
export interface Message {
  /** Holds no secret: it is shown in lists and in notifications of phones. */
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** The one thing to do, as a button in HTML and an address in text. */
  readonly action?: { readonly label: string; readonly url: string };
  /** After the action: how long it works, what to do if it was not you. */
  readonly after?: readonly string[];
}

export interface Rendered {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Both forms of a message: text for every reader, HTML without images or outside styles. */
export function renderMessage(message: Message, locale: "en" | "fr"): Rendered {
  const { subject, paragraphs, action, after = [] } = message;
  const text = [...paragraphs, ...(action ? [`${action.label}:\n${action.url}`] : []), ...after].join("\n\n");
  const paragraph = (each: string) => `<p style="margin:0 0 16px">${escapeHtml(each)}</p>`;
  const button = action
    ? `<p style="margin:0 0 16px"><a href="${escapeHtml(action.url)}" style="display:inline-block;padding:10px 18px;background:#1f4f8f;color:#ffffff;text-decoration:none;border-radius:6px">${escapeHtml(action.label)}</a></p>
<p style="margin:0 0 16px;font-size:13px;color:#555555;word-break:break-all">${escapeHtml(action.url)}</p>`
    : "";
  const html = `<!doctype html>
<html lang="${locale}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:24px;background:#ffffff;color:#1a1a1a;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:520px;margin:0 auto">
${paragraphs.map(paragraph).join("\n")}
${button}
${after.map(paragraph).join("\n")}
</div>
</body>
</html>
`;
  return { subject, text: `${text}\n`, html };
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
