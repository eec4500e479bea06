"use strict";
const { Column, Entity, PrimaryColumn } = require("typeorm");

/** One simple row an event, by hand as the code generator writes it. */
class Told {
  constructor(props) {
    Object.assign(this, props);
  }
}
PrimaryColumn("text")(Told.prototype, "id");
Column("int4", { nullable: false })(Told.prototype, "block");
Column("text", { nullable: false })(Told.prototype, "address");
Column("text", { nullable: false })(Told.prototype, "name");
Column("text", { nullable: false })(Told.prototype, "first");
Entity("told")(Told);
exports.Told = Told;
