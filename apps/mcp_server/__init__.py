"""The MCP door: tools for whatever assistant a person already talks to."""
