import { type TSchema, Type } from "typebox";

export const Id = Type.String({ format: "uuid", description: "UUID version 7, lower case." });
export const Timestamp = Type.String({ format: "date-time", description: "RFC 3339, UTC." });

export const PageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 200, default: 50, description: "Rows on a page." }),
  ),
  cursor: Type.Optional(
    Type.String({ maxLength: 500, description: "`nextCursor` of the page before; opaque." }),
  ),
};

export const ListQuery = Type.Object(PageQuery);

export function Page<T extends TSchema>(item: T, title: string) {
  return Type.Object(
    {
      items: Type.Array(item),
      nextCursor: Type.Union([Type.String(), Type.Null()], {
        description: "Ask for the next page with it; null on the last page.",
      }),
    },
    { title },
  );
}

/** RFC 9457 problem document, with our `code`, `cure`, `requestId` and `errors`. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: "Page of the error in the reference." }),
    title: Type.String({ description: "What happened." }),
    status: Type.Integer(),
    code: Type.String({ description: "Stable code, such as `tenant.not_found`; test this." }),
    cure: Type.String({ description: "What to do about it." }),
    requestId: Type.String(),
    errors: Type.Optional(
      Type.Array(Type.Object({ path: Type.String(), message: Type.String() }), {
        description: "All faults of the input at once.",
      }),
    ),
  },
  { title: "Problem" },
);
