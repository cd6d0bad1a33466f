"""Who publishes, under which promises and limits; secrets; decisions of people."""
