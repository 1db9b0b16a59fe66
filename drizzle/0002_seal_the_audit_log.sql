CREATE TABLE "audit_heads" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"signed_at" timestamp with time zone NOT NULL,
	"key_id" text NOT NULL,
	"signature" text NOT NULL,
	"xid" text NOT NULL,
	"entry_id" text NOT NULL,
	"trim_signed_at" timestamp with time zone,
	"trim_key_id" text,
	"trim_signature" text
);
--> statement-breakpoint
CREATE TABLE "audit_seals" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"entry_id" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "audit_seals_entry_id_key" UNIQUE("entry_id")
);
--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL;--> statement-breakpoint
CREATE INDEX "audit_heads_trim_idx" ON "audit_heads" USING btree ("seq") WHERE "audit_heads"."trim_signed_at" is not null;--> statement-breakpoint
CREATE INDEX "audit_entries_xid_idx" ON "audit_entries" USING btree ("xid","id");