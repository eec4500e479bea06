import { onchainTable } from "ponder";

export const told = onchainTable("told", (t) => ({
  id: t.text().primaryKey(),
  block: t.bigint().notNull(),
  address: t.hex().notNull(),
  name: t.text().notNull(),
  first: t.text().notNull(),
}));
