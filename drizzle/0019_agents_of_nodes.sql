ALTER TABLE "agents" ADD COLUMN "node_id" text;--> statement-breakpoint
CREATE UNIQUE INDEX "agents_node_id_key" ON "agents" USING btree ("node_id") WHERE "agents"."node_id" is not null;--> statement-breakpoint
CREATE INDEX "agents_trust_state_node_id_idx" ON "agents" USING btree ("trust_state","node_id") WHERE "agents"."node_id" is not null;