"use strict";
const { readFileSync } = require("node:fs");
const { EvmBatchProcessor } = require("@subsquid/evm-processor");
const { TypeormDatabase } = require("@subsquid/typeorm-store");
const { Told } = require("./lib/model");

const given = JSON.parse(readFileSync(process.env.BENCH_CHAIN, "utf8"));

const processor = new EvmBatchProcessor()
  .setRpcEndpoint({ url: given.rpc, capacity: 10, maxBatchCallSize: 100 })
  .setRpcDataIngestionSettings({ headPollInterval: 100 })
  .setFinalityConfirmation(0)
  .setBlockRange({ from: given.start, ...(given.end == null ? {} : { to: given.end }) })
  .setFields({ log: { address: true, topics: true, data: true } })
  .addLog({ address: given.addresses, topic0: Object.keys(given.topics) });

// The first indexed value and the event's name are all that is read of a log: less than what the mirror and Ponder decode.
processor.run(new TypeormDatabase(), async ({ blocks, store }) => {
  const rows = [];
  for (const block of blocks)
    for (const log of block.logs)
      rows.push(
        new Told({
          id: log.id,
          block: block.header.height,
          address: log.address,
          name: given.topics[log.topics[0]],
          first: BigInt(log.topics[1] ?? "0x0").toString(),
        }),
      );
  await store.insert(rows);
});
