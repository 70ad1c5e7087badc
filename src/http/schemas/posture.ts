import { Type } from "typebox";
import { Timestamp } from "./common.ts";

export const Posture = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        check: Type.String({ description: "What was looked at, such as factors or key_expiry." }),
        state: Type.Union([Type.Literal("attention"), Type.Literal("choice"), Type.Literal("fine")], {
          description: "attention: something to cure. choice: weaker than it could be, and may be meant so.",
        }),
        sentence: Type.String(),
        why: Type.String({ description: "Why it matters." }),
        cure: Type.String({ description: "What to do." }),
        room: Type.Union([Type.String(), Type.Null()], { description: "Where in the console it is cured." }),
        count: Type.Union([Type.Integer(), Type.Null()]),
        at: Type.Union([Timestamp, Type.Null()]),
      }),
      { description: "Those that ask for something first." },
    ),
  },
  { title: "Posture" },
);
