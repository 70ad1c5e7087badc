export const sealedColumns = {
  title: "Sealed columns",
  intro: "Columns of your app that are kept encrypted, and how far each has come.",
  none: {
    title: "No sealed columns",
    body: "A migration of your app declares them in the comment of a column; see the guide on sealed columns.",
  },
  column: "Column",
  stage: "Stage",
  stages: { declared: "Declared", readable: "Readable", sealing: "Sealing", sealed: "Sealed" },
  stageMeaning: {
    declared: "All values are still plain.",
    readable: "Values are read plain or sealed, and still written plain.",
    sealing: "New values are sealed; those from before follow in the background.",
    sealed: "No plain value is left, nor admitted.",
  },
  places: "Places sealed",
  placesOf: (sealed: string, all: string) => `${sealed} of ${all}`,
  since: "Since",
  sealedValues: "Sealed values",
  plainValues: "Plain values",
};
