import { readFileSync } from "node:fs";
import { ponder } from "ponder:registry";
import { told } from "ponder:schema";

const { abi } = JSON.parse(readFileSync(process.env.BENCH_CHAIN!, "utf8"));

for (const { name } of abi) {
  ponder.on(`Ledger:${name}`, async ({ event, context }: any) => {
    await context.db.insert(told).values({
      id: event.id,
      block: event.block.number,
      address: event.log.address,
      name,
      first: String(Object.values(event.args)[0]),
    });
  });
}
