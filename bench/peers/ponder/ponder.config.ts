import { readFileSync } from "node:fs";
import { createConfig } from "ponder";

const given = JSON.parse(readFileSync(process.env.BENCH_CHAIN!, "utf8"));

export default createConfig({
  database: { kind: "postgres", connectionString: process.env.DATABASE_URL },
  chains: { bench: { id: given.chain_id, rpc: given.rpc, ws: given.ws, pollingInterval: 100 } },
  contracts: {
    Ledger: {
      chain: "bench",
      abi: given.abi,
      address: given.addresses,
      startBlock: given.start,
      endBlock: given.end ?? undefined,
    },
  },
});
