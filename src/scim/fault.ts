/** Kinds of SCIM errors (RFC 7644, section 3.12, table 9). */
export type ScimType =
  | "invalidFilter"
  | "tooMany"
  | "uniqueness"
  | "mutability"
  | "invalidSyntax"
  | "invalidPath"
  | "noTarget"
  | "invalidValue"
  | "invalidVers"
  | "sensitive";

/** What a SCIM client is answered; `message` is the `detail`. */
export class ScimFault extends Error {
  readonly status: number;
  readonly scimType: ScimType | null;

  constructor(status: number, scimType: ScimType | null, detail: string, options: { cause?: unknown } = {}) {
    super(detail, options);
    this.name = "ScimFault";
    this.status = status;
    this.scimType = scimType;
  }
}

/** Another tenant's resource is not found like one that never was. */
export function notFound(): ScimFault {
  return new ScimFault(404, null, "There is no resource with this id.");
}
